#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "audit/event.hpp"
#include "base/clock.hpp"
#include "database/bulk_database.hpp"
#include "database/database.hpp"
#include "flows/user_import/import_batch.hpp"
#include "passwords/password_service.hpp"
#include "users/import_store.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Why an import cannot go on; nothing of the batch was stored.
enum class ImportError : std::uint8_t {
  email_taken,          ///< by a user who exists, and the rule is `fail`
  continued_elsewhere,  ///< another process has gone on with the same import
};

/// What an import needs. All outlive it.
struct ImportParts {
  database::Database& database;
  database::BulkDatabase& bulk;
  passwords::PasswordService& passwords;
  const Clock& clock;
};

/// Stores the users of a file, one batch per transaction, which also stores how far the import has come and puts one
/// event on record. So an import that was ended in any way goes on after its last batch when it is run again.
///
/// Belongs to its Database's thread; one batch at a time. Throws what the databases and PasswordService throw.
class UserImport {
 public:
  /// `origin` is who imports.
  UserImport(const ImportParts& parts, users::ImportKey key, audit::Origin origin);

  /// How far an earlier import of this file with this rule has come; a new import if there is none, or if `anew`.
  [[nodiscard]] Task<users::ImportProgress> begin(bool anew);

  /// Hashes the passwords of the batch one after the other and removes each from it. Several calls may run at once and
  /// share one `next`, which begins with 0; both arguments outlive them.
  [[nodiscard]] Task<> hash_passwords(ImportBatch& batch, std::size_t& next);
  /// Stores the batch, whose passwords have been hashed, after `from`; returns how far the import has come then.
  [[nodiscard]] Task<std::expected<users::ImportProgress, ImportError>> store(const ImportBatch& batch,
                                                                              users::ImportProgress from);

  /// The lines of the records in the batch whose users exist already. The batch outlives the call.
  [[nodiscard]] Task<std::vector<std::uint64_t>> find_taken_lines(const ImportBatch& batch);

 private:
  [[nodiscard]] audit::Event event_of(const ImportBatch& batch, const users::ImportProgress& from, TimePoint now) const;

  ImportParts parts_;
  users::UserStore users_;
  users::ImportStore imports_;
  const users::ImportKey key_;
  const audit::Origin origin_;
};

}  // namespace gatehouse::flows
