#include "users/pending_hash_store.hpp"

#include <utility>

namespace gatehouse::users {
namespace {

using database::Parameters;
using database::Rows;
using database::Statement;

// The condition has the same text as that of users_pending_wrap_index.
constexpr Statement pending_hashes_after{"users_pending_hashes_after",
                                         "SELECT id, password_hash FROM users "
                                         "WHERE substr(password_hash, 1, 14) = '$pending_wrap$' AND id > $1 "
                                         "ORDER BY id LIMIT $2"};

constexpr Statement count_pending_hashes{
    "users_count_pending_hashes", "SELECT count(*) FROM users WHERE substr(password_hash, 1, 14) = '$pending_wrap$'"};

}  // namespace

Task<std::vector<PendingHash>> PendingHashStore::find(UserId after, unsigned limit) {
  Parameters parameters{after.value, std::int64_t{limit}};
  const Rows rows = co_await database_.query(pending_hashes_after, std::move(parameters));
  std::vector<PendingHash> pending;
  pending.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    pending.push_back({.user = UserId{rows[i].integer(0)}, .hash = std::string{rows[i].text(1)}});
  }
  co_return pending;
}

Task<std::int64_t> PendingHashStore::count() {
  Parameters parameters;
  const Rows rows = co_await database_.query(count_pending_hashes, std::move(parameters));
  co_return rows[0].integer(0);
}

}  // namespace gatehouse::users
