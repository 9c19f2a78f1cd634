#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/embedded_file.hpp"
#include "database/schema/migration_plan.hpp"
#include "database/schema/migration_record.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// Rows in the tables prevent a migration. Nothing was changed.
struct CheckFailed {
  std::string migration;
  std::string message;            ///< what the lines mean and what to do about them
  std::vector<std::string> rows;  ///< at most Migrator::check_rows_max of them
  std::int64_t count;             ///< of all rows
};

/// The database has migrations this program does not know: a newer program made them. Nothing was done.
struct UnknownApplied {
  std::vector<std::string> names;
};

/// `rollback --to` named a migration that the database does not have. Nothing was done.
struct UnknownTarget {
  std::string name;
};

/// `rollback --to` gave the beginning of several applied migrations' names. Nothing was done.
struct AmbiguousTarget {
  std::string name;
  std::vector<std::string> candidates;
};

/// A migration's own statements violated a constraint. Nothing was changed.
struct ConstraintViolated {
  std::string migration;
  Violation violation;
  std::string reason;  ///< the database's own words
};

/// The database refused a statement of a migration: something depends on what is to be changed, a privilege is missing,
/// or the tables are not as they should be. Nothing was changed.
struct StatementRefused {
  std::string migration;
  std::string reason;  ///< the database's own words
  std::string remedy;  ///< empty if none is known
};

using MigrationError =
    std::variant<CheckFailed, UnknownApplied, UnknownTarget, AmbiguousTarget, ConstraintViolated, StatementRefused>;

/// One line of `gatehouse migrate status`.
struct MigrationStatus {
  std::string name;
  bool known;                           ///< to this program
  bool applied;                         ///< in this database
  std::int64_t batch;                   ///< of an applied one
  std::optional<TimePoint> applied_at;  ///< none if Knex made it and it was not adopted yet
};

/// Names of migrations, in the order in which they were applied or rolled back.
using MigrationNames = std::vector<std::string>;

/// Moves a database's schema from version to version. Whatever one call applies or rolls back is one transaction,
/// together with the record of it: all of it or nothing.
///
/// It adopts a database of the Express service: migrations that its Knex table lists count as applied, in batch 1.
/// Several processes may migrate one database at the same time; each step is made once, and latest() returns in every
/// process when all steps are made.
///
/// Infrastructure failures are thrown as SchemaDatabase throws them.
class Migrator {
 public:
  static constexpr std::int64_t check_rows_max = 100;
  /// In rollback(), means the last migration of the Express service.
  static constexpr std::string_view express_target = "express";

  /// `database`, the files' text and `clock` outlive it. Throws std::invalid_argument for files that are not
  /// migrations.
  Migrator(SchemaDatabase& database, std::span<const EmbeddedFile> files, const Clock& clock);
  Migrator(const Migrator&) = delete;
  Migrator& operator=(const Migrator&) = delete;

  /// Every migration that is known or applied, by name. Changes nothing.
  [[nodiscard]] Task<std::vector<MigrationStatus>> status();

  /// What latest() would apply, in that order. Fails with UnknownApplied or CheckFailed if latest() would refuse before
  /// it changes anything. A check of something that does not exist yet is skipped. Changes nothing.
  [[nodiscard]] Task<std::expected<std::vector<Migration>, MigrationError>> pending();

  /// Applies the missing migrations as one batch. Returns the names that this call applied.
  [[nodiscard]] Task<std::expected<MigrationNames, MigrationError>> latest();

  /// Rolls back the last batch, or, with `to`, everything after that migration. `to` is the name of an applied
  /// migration, the beginning of its name if no other applied one begins the same way, or express_target. Returns the
  /// names that this call rolled back.
  [[nodiscard]] Task<std::expected<MigrationNames, MigrationError>> rollback(std::optional<std::string> to);

  /// The SQL that reverts every applied migration that is not among `kept`, newest first; empty if there is none.
  /// Fails with UnknownApplied. Changes nothing.
  [[nodiscard]] Task<std::expected<std::string, MigrationError>> undo_script(MigrationNames kept);

 private:
  [[nodiscard]] const Migration* find(std::string_view name) const;
  /// Scripts that are run together, and the migration to which each of them belongs.
  struct Batch {
    std::string before;  ///< what the first script begins with
    MigrationNames names;
    std::vector<ScriptStep> steps;
    void add(std::string_view name, std::string sql, std::string check = {});
  };

  [[nodiscard]] std::optional<MigrationError> refuse_unknown(const MigrationRecord& record) const;
  [[nodiscard]] Batch begin_batch() const;
  [[nodiscard]] Batch missing(const MigrationRecord& record) const;
  [[nodiscard]] Batch undoing(const MigrationRecord& record, const MigrationNames& names) const;
  [[nodiscard]] MigrationError error_of(const Batch& batch, const ScriptRefusal& refusal) const;
  [[nodiscard]] CheckFailed check_failed(std::string_view name, const Rows& problems) const;
  [[nodiscard]] Task<MigrationRecord> adopt();
  [[nodiscard]] Task<std::optional<MigrationError>> check(const Migration& migration);
  [[nodiscard]] Task<std::optional<MigrationError>> check_all(MigrationNames names);
  [[nodiscard]] Task<bool> has_changed(std::size_t applied);

  SchemaDatabase& database_;
  const Clock& clock_;
  const std::vector<Migration> plan_;
};

}  // namespace gatehouse::database::schema
