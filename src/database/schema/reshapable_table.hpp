#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::database::schema {

/// How a table is stored on PostgreSQL: as one, or as partitions.
class Layout {
 public:
  /// One table.
  constexpr Layout() = default;
  /// This many partitions, at least one, by the hash of the ids.
  [[nodiscard]] static constexpr Layout hashed(std::int64_t partitions) { return Layout{partitions}; }
  /// A partition for each month, and one for rows whose month has none.
  [[nodiscard]] static constexpr Layout by_month() { return Layout{-1}; }
  /// What code() gave; the database keeps it while a copy is made.
  [[nodiscard]] static constexpr Layout of_code(std::int64_t code) { return Layout{code}; }

  [[nodiscard]] constexpr std::int64_t code() const { return code_; }
  [[nodiscard]] constexpr bool is_partitioned() const { return code_ != 0; }
  [[nodiscard]] constexpr bool is_by_month() const { return code_ < 0; }
  /// The number given to hashed(); 0 if the table is partitioned by month or not at all.
  [[nodiscard]] constexpr std::int64_t hashed_partitions() const { return code_ > 0 ? code_ : 0; }
  friend constexpr bool operator==(Layout, Layout) = default;

 private:
  explicit constexpr Layout(std::int64_t code) : code_(code) {}

  std::int64_t code_ = 0;
};

/// A table that may get another layout while services use it (ADR 39). Its rows have a bigint `id`.
struct ReshapableTable {
  std::string_view name;
  std::string_view stem;       ///< names what is made for its copy: `session_copy`
  std::string_view identity;   ///< the columns that identify a row, among them the one that chooses its partition
  std::string_view chosen_by;  ///< that column
  std::string_view view = {};  ///< the schema's view that reads the table, and comes along; empty: there is none
};

inline constexpr ReshapableTable sessions_table{
    .name = "sessions", .stem = "session", .identity = "id", .chosen_by = "id"};
inline constexpr ReshapableTable audit_table{
    .name = "audit_events", .stem = "audit", .identity = "id, at", .chosen_by = "at", .view = "audit_rows"};

/// The text with these names in place of `{table}`, `{stem}`, `{identity}`, `{chosen_by}` and `{view}`.
[[nodiscard]] std::string with_names_of(const ReshapableTable& table, std::string_view text);

}  // namespace gatehouse::database::schema
