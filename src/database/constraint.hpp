#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "database/errors.hpp"

namespace gatehouse::database {

/// A constraint whose violation means something to the caller: `email_is_unique`. A feature defines each of its own
/// once, static and constexpr, and passes it to Database::commit_unless().
///
/// One meaning may have several names: PostgreSQL knows a constraint by its name, SQLite a unique one by its columns
/// (`users.email_key`), and two indexes may guard the same thing.
class Constraint {
 public:
  static constexpr std::size_t names_max = 4;

  template <std::size_t count>
  explicit consteval Constraint(Violation::Kind kind, const std::string_view (&names)[count]) : kind_(kind) {
    static_assert(count <= names_max);
    std::ranges::copy(names, names_.begin());
  }

  /// Any foreign key: for a DELETE of rows that others may refer to. These keys belong to tables that the feature need
  /// not know, so their names cannot be listed. For a statement that inserts references, this would accept too much.
  [[nodiscard]] static consteval Constraint any_reference() { return Constraint{}; }

  [[nodiscard]] bool is_violated_by(const Violation& violation) const {
    if (violation.kind != kind_) return false;
    return is_any_reference_ ||
           (!violation.constraint.empty() && std::ranges::find(names_, violation.constraint) != names_.end());
  }

 private:
  consteval Constraint() : kind_(Violation::Kind::foreign_key), is_any_reference_(true) {}

  Violation::Kind kind_;
  bool is_any_reference_ = false;
  std::array<std::string_view, names_max> names_{};
};

}  // namespace gatehouse::database
