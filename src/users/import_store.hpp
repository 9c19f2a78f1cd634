#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/bulk_database.hpp"
#include "database/database.hpp"
#include "users/record_reader.hpp"

namespace gatehouse::users {

using ImportId = StrongId<struct ImportTag>;

/// What is done with a record whose user exists already.
enum class OnConflict : std::uint8_t {
  skip,    ///< the user is not changed
  update,  ///< the record's values replace the stored ones
  fail,    ///< the import ends
};

/// A user as the database is to store them. An empty value means the default for a new user, and no change for an
/// existing one.
struct StagedUser {
  std::string email;
  std::optional<std::string> first_name = {};
  std::optional<std::string> last_name = {};
  std::optional<std::string> password_hash = {};  ///< with `salt`, as in UserCredentials
  std::optional<std::string> salt = {};
  std::optional<bool> is_verified = {};
  std::optional<TimePoint> created_at = {};
  std::optional<bool> is_disabled = {};
  std::optional<std::string> locale = {};
};

/// The table in which the users of one transaction wait for UserStore to take them. Each address may occur only once.
extern const database::StagingTable staged_users;
[[nodiscard]] database::StagedRows stage(std::span<const StagedUser> users);

/// Identifies an import by its file and its rule.
struct ImportKey {
  std::string file_sha256;  ///< raw bytes
  OnConflict on_conflict;
};

/// How far an import has got.
struct ImportProgress {
  ImportId id;
  RecordPlace place;  ///< in the file
  std::int64_t records = 0;
  std::int64_t accepted = 0;  ///< stored
  std::int64_t refused = 0;   ///< because of a fault
  bool is_complete = false;

  /// The number of records whose users existed already.
  [[nodiscard]] std::int64_t skipped() const { return records - accepted - refused; }
};

/// What one transaction adds to an import.
struct ImportStep {
  RecordPlace place;  ///< after its records
  std::int64_t records = 0;
  std::int64_t refused = 0;
  bool is_last = false;
  bool stores_all = false;  ///< all staged users or none: no need to look up who was stored
};

/// Whether an import is still where this process left it.
inline constexpr database::Constraint import_is_where_it_was{database::Violation::Kind::check,
                                                             {"imports_is_where_it_was"}};

/// The imports table and staged_users, and the only place that knows their SQL.
///
/// Threads and failures: as for Database.
class ImportStore {
 public:
  /// `database` outlives the store.
  explicit ImportStore(database::Database& database) : database_(database) {}

  /// The newest import of this file with this rule.
  [[nodiscard]] Task<std::optional<ImportProgress>> find(ImportKey key);
  /// Begins a new import, at the beginning of the file.
  [[nodiscard]] Task<ImportProgress> begin(ImportKey key, TimePoint now);

  /// Finds out which staged users exist already, and which of them lose their sessions: those who get another password
  /// or are disabled. UserStore::add_update_of_staged() and similar changes must come after it.
  static void add_recognition(database::Changes& changes);
  /// To be added before the changes that store the import's users. Violates import_is_where_it_was if another process
  /// has continued the import.
  [[nodiscard]] static database::Change<void> hold(const ImportProgress& from);
  /// Advances the import, after those changes; the users have `now` as their updated_at.
  [[nodiscard]] static database::Change<ImportProgress> advance(ImportId id, const ImportStep& step, TimePoint now);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
