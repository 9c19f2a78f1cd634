#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "database/database.hpp"

namespace gatehouse::users {

/// An imported hash that waits to be wrapped.
struct PendingHash {
  UserId user;
  std::string hash;  ///< `$pending_wrap$…`
};

/// The users whose hashes wait to be wrapped; an index finds them. UserStore::replace_hash() ends their wait.
///
/// Threads and failures: as for Database.
class PendingHashStore {
 public:
  /// `database` outlives the store.
  explicit PendingHashStore(database::Database& database) : database_(database) {}

  /// The hashes of users with ids above `after`, in the order of the ids, at most `limit`.
  [[nodiscard]] Task<std::vector<PendingHash>> find(UserId after, unsigned limit);
  [[nodiscard]] Task<std::int64_t> count();

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
