#include "dongles/dongle_store.hpp"

#include <utility>

#include "dongles/topics.hpp"

namespace gatehouse::dongles {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Change;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Write;

// If two insertions see the same rows at the same moment, one of them finds its number taken, so together they cannot
// exceed the bound.
constexpr Write insert_dongle{
    "dongles_insert",
    "INSERT INTO dongles (user_id, number, name, created_at, expires_at) "
    "SELECT u.id, (SELECT COALESCE(MAX(number), 0) + 1 FROM dongles WHERE user_id = $1), $2, $3, $4 "
    "FROM users u WHERE u.id = $1 AND (SELECT COUNT(*) FROM dongles WHERE user_id = $1 AND expires_at > $3) < $5 "
    "RETURNING id, name, created_at, expires_at",
    dongles_topic};

constexpr Statement list_dongles{"dongles_list",
                                 "SELECT id, name, created_at, expires_at FROM dongles WHERE user_id = $1 "
                                 "ORDER BY created_at DESC, id DESC LIMIT $2"};

constexpr Write remove_dongles{"dongles_remove_of_user", "DELETE FROM dongles WHERE user_id = $1", dongles_topic};

// Expired dongles are never shown, so their deletion need not be announced.
constexpr Write delete_expired_dongles{"dongles_delete_expired",
                                       "DELETE FROM dongles WHERE id IN "
                                       "(SELECT id FROM dongles WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) "
                                       "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                                       announces_nothing};

Dongle read_dongle(const Row& row) {
  return {.id = DongleId{row.integer(0)},
          .name = std::string{row.text(1)},
          .created_at = row.time(2),
          .expires_at = row.time(3)};
}

std::optional<Dongle> read_new_dongle(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_dongle(rows[0]);
}

}  // namespace

Change<std::optional<Dongle>> DongleStore::insert(const NewDongle& dongle, std::int64_t per_user_max) {
  Parameters parameters{dongle.user.value, dongle.name, dongle.created_at, dongle.created_at + lifetime, per_user_max};
  return {insert_dongle, dongle.user, std::move(parameters), read_new_dongle};
}

Change<std::int64_t> DongleStore::delete_expired(TimePoint now, database::HeldLease lease) {
  return {delete_expired_dongles,
          {now, cleanup_dongles_max, std::move(lease.name), std::move(lease.holder)},
          affected_rows};
}

Task<std::vector<Dongle>> DongleStore::list(UserId user) {
  Parameters parameters{user.value, list_dongles_max};
  const Rows rows = co_await database_.query(list_dongles, std::move(parameters));
  std::vector<Dongle> dongles;
  dongles.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) dongles.push_back(read_dongle(rows[i]));
  co_return dongles;
}

Task<std::int64_t> DongleStore::remove_all(UserId user) {
  return database_.commit(Change<std::int64_t>{remove_dongles, user, {user.value}, affected_rows});
}

}  // namespace gatehouse::dongles
