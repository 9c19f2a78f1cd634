#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "database/new_file.hpp"

namespace gatehouse::database {

/// What was found in a backup when it was read.
struct BackupContent {
  std::int64_t users = 0;
  std::vector<std::string> migrations = {};  ///< those applied, oldest first; never empty

  [[nodiscard]] const std::string& newest_migration() const { return migrations.back(); }
};

/// How a backup is restored.
struct RestoreTerms {
  std::string undo = {};  ///< SQL that reverts the migrations that the database has and the backup lacks
  std::string then = {};  ///< SQL that changes what was restored, before anybody sees it
};

/// A backup that was read and found intact.
class Restoration {
 public:
  virtual ~Restoration() = default;

  [[nodiscard]] virtual const BackupContent& content() const noexcept = 0;

  /// Replaces the whole database, or nothing if it fails. Called once, while nobody else uses the database.
  [[nodiscard]] virtual std::expected<void, std::string> run(const RestoreTerms& terms) = 0;
};

/// Copies the configured database into a file, and back. The drivers implement it.
///
/// Every call blocks until it is done, and ends early, having cleaned up, once `stopping` is set. Failures are
/// sentences for the operator; SQLite's may also be thrown as Unavailable. One thread at a time.
class Backups {
 public:
  virtual ~Backups() = default;

  /// Writes everything that was acknowledged before the call into the new file, reads it back, and says what is in it.
  /// Services may keep running. `server_version` is DatabaseFacts::version.
  [[nodiscard]] virtual std::expected<BackupContent, std::string> save(const NewFile& file,
                                                                       std::string_view server_version) = 0;

  /// Reads the whole backup; fails if the file is no backup, or is damaged.
  [[nodiscard]] virtual std::expected<std::unique_ptr<Restoration>, std::string> open(const std::string& file) = 0;

  /// Which other processes have an SQLite database open, worded as by SchemaDatabase::list_others(), but without
  /// opening the database. Empty on PostgreSQL.
  [[nodiscard]] virtual std::vector<std::string> list_others() = 0;
};

/// What Backups need from the command that uses them. Both members outlive them.
struct BackupParts {
  const std::atomic<bool>& stopping;
  std::function<void(const std::string&)> tell;  ///< prints a line for the operator: which program is run
};

/// The first bytes of PostgreSQL's custom format and of SQLite's files, to recognise a file of the other database.
inline constexpr std::string_view postgres_dump_mark = "PGDMP";
inline constexpr std::string_view sqlite_file_mark{"SQLite format 3\0", 16};

/// The file's first bytes, at most 16. Empty if it cannot be read.
[[nodiscard]] std::string first_bytes(const std::string& path);

}  // namespace gatehouse::database
