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
  skip,    ///< the user stays as they are
  update,  ///< what the record says replaces what is stored
  fail,    ///< the import ends
};

/// A user as the database is to store them. What is nothing has its default in a new user, and is not changed in one
/// who is there.
struct StagedUser {
  std::string email;
  std::optional<std::string> first_name = {};
  std::optional<std::string> last_name = {};
  std::optional<std::string> password_hash = {};  ///< with `salt` as UserCredentials have them
  std::optional<std::string> salt = {};
  std::optional<bool> is_verified = {};
  std::optional<TimePoint> created_at = {};
  std::optional<bool> is_disabled = {};
  std::optional<std::string> locale = {};
};

/// Where the users of one transaction wait for UserStore to take them. Each address may be there once.
extern const database::StagingTable staged_users;
[[nodiscard]] database::StagedRows stage(std::span<const StagedUser> users);

/// Which import: of which file, and with which rule.
struct ImportKey {
  std::string file_sha256;  ///< raw bytes
  OnConflict on_conflict;
};

/// How far an import has come.
struct ImportProgress {
  ImportId id;
  RecordPlace place;  ///< in the file
  std::int64_t records = 0;
  std::int64_t accepted = 0;  ///< stored
  std::int64_t refused = 0;   ///< because of a fault
  bool is_complete = false;

  /// Whose users were there already.
  [[nodiscard]] std::int64_t skipped() const { return records - accepted - refused; }
};

/// What one transaction adds to an import.
struct ImportStep {
  RecordPlace place;  ///< behind its records
  std::int64_t records = 0;
  std::int64_t refused = 0;
  bool is_last = false;
  bool stores_all = false;  ///< of the staged users, or nothing: who was stored need not be looked for
};

/// Whether an import is still where this process left it.
inline constexpr database::Constraint import_is_where_it_was{database::Violation::Kind::check,
                                                             {"imports_is_where_it_was"}};

/// The imports table and staged_users, and the only place that knows their SQL.
///
/// Threads and failures as Database's.
class ImportStore {
 public:
  /// `database` outlives the store.
  explicit ImportStore(database::Database& database) : database_(database) {}

  /// The newest import of this file with this rule.
  [[nodiscard]] Task<std::optional<ImportProgress>> find(ImportKey key);
  /// A new one, at the beginning of the file.
  [[nodiscard]] Task<ImportProgress> begin(ImportKey key, TimePoint now);

  /// Finds out which staged users there are already, and which of them lose their sessions: those who get another
  /// password or are disabled. Behind it UserStore::update_staged() and its like are right.
  static void add_recognition(database::Changes& changes);
  /// Before the changes that store the import's users. Violates import_is_where_it_was where another process has gone
  /// on with it.
  [[nodiscard]] static database::Change<void> hold(const ImportProgress& from);
  /// Goes on with the import behind those changes; the users have `now` as their updated_at.
  [[nodiscard]] static database::Change<ImportProgress> advance(ImportId id, const ImportStep& step, TimePoint now);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
