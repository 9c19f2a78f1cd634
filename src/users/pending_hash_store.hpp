#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "database/database.hpp"

namespace gatehouse::users {

/// An imported hash that waits for being wrapped.
struct PendingHash {
  UserId user;
  std::string hash;  ///< `$pending_wrap$…`
};

/// The users whose hashes wait for being wrapped, of whom an index knows. UserStore::replace_hash() ends their wait.
///
/// Threads and failures as Database's.
class PendingHashStore {
 public:
  /// `database` outlives the store.
  explicit PendingHashStore(database::Database& database) : database_(database) {}

  /// Of users with higher ids, in their order; no more than the limit.
  [[nodiscard]] Task<std::vector<PendingHash>> find(UserId after, unsigned limit);
  [[nodiscard]] Task<std::int64_t> count();

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
