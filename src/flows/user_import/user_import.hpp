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

/// Stores the users of a file, a batch in each transaction, which also says how far the import has come and puts one
/// event on record. So an import that was ended in any way goes on behind its last batch when it is run again.
///
/// Belongs to its Database's thread; one batch at a time. Throws what the databases and PasswordService throw.
class UserImport {
 public:
  /// `origin` is who imports.
  UserImport(const ImportParts& parts, users::ImportKey key, audit::Origin origin);

  /// Where an earlier import of this file with this rule has come to; a new one where there is none, or if `anew`.
  [[nodiscard]] Task<users::ImportProgress> begin(bool anew);

  /// Hashes one password of the batch after the other and takes each out of it. Several of these may run at once with
  /// one `next`, which begins with 0; both outlive them.
  [[nodiscard]] Task<> hash_passwords(ImportBatch& batch, std::size_t& next);
  /// Stores the batch, whose passwords have been hashed, behind `from`: how far the import has come then.
  [[nodiscard]] Task<std::expected<users::ImportProgress, ImportError>> store(const ImportBatch& batch,
                                                                              users::ImportProgress from);

  /// The records of the batch whose users exist already. The batch outlives the call.
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
