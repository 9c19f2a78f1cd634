#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "passwords/password_service.hpp"
#include "users/pending_hash_store.hpp"

namespace gatehouse::flows {

/// Replaces imported fast hashes with onions (ADR 36), one batch per transaction. It may end at any moment and begin
/// again: the rows themselves tell which hashes are left. A hash that a login or somebody else replaces meanwhile stays
/// as they left it.
///
/// Belongs to its Database's thread; one batch at a time. Throws what the database and PasswordService throw.
class HashWrapping {
 public:
  static constexpr unsigned batch_max = 100;

  /// A hash, and the onion it was wrapped into; nullopt if the hash is unreadable.
  struct Entry {
    users::PendingHash pending;
    std::optional<std::string> onion = {};
  };
  using Batch = std::vector<Entry>;

  /// Both outlive it.
  HashWrapping(database::Database& database, passwords::PasswordService& passwords)
      : database_(database), passwords_(passwords), pending_(database) {}

  /// The next hashes after this user; none at the end.
  [[nodiscard]] Task<Batch> read(UserId after);
  /// Wraps the hashes of the batch one after the other. Several calls may run at once and share one `next`, which
  /// begins with 0; both arguments outlive them.
  [[nodiscard]] Task<> wrap(Batch& batch, std::size_t& next);
  /// Stores the batch, which outlives the call.
  [[nodiscard]] Task<> store(const Batch& batch);

  /// How many hashes wait to be wrapped.
  [[nodiscard]] Task<std::int64_t> count() { return pending_.count(); }

 private:
  database::Database& database_;
  passwords::PasswordService& passwords_;
  users::PendingHashStore pending_;
};

}  // namespace gatehouse::flows
