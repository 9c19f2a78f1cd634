#include "devices/device_store.hpp"

#include <utility>

#include "devices/topics.hpp"

namespace gatehouse::devices {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Change;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Write;

// Of two that see the same rows at the same moment, one finds its number taken, so that together they cannot exceed the
// bound.
constexpr Write insert_device{
    "devices_insert",
    "INSERT INTO devices (user_id, number, name, created_at, expires_at) "
    "SELECT u.id, (SELECT COALESCE(MAX(number), 0) + 1 FROM devices WHERE user_id = $1), $2, $3, $4 "
    "FROM users u WHERE u.id = $1 AND (SELECT COUNT(*) FROM devices WHERE user_id = $1 AND expires_at > $3) < $5 "
    "RETURNING id, name, created_at, expires_at",
    devices_topic};

constexpr Statement list_devices{"devices_list",
                                 "SELECT id, name, created_at, expires_at FROM devices WHERE user_id = $1 "
                                 "ORDER BY created_at DESC, id DESC LIMIT $2"};

constexpr Write remove_devices{"devices_remove_of_user", "DELETE FROM devices WHERE user_id = $1", devices_topic};

// Nobody shows a device that has expired, so nobody need hear of it.
constexpr Write delete_expired_devices{"devices_delete_expired",
                                       "DELETE FROM devices WHERE id IN "
                                       "(SELECT id FROM devices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) "
                                       "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                                       announces_nothing};

Device read_device(const Row& row) {
  return {.id = DeviceId{row.integer(0)},
          .name = std::string{row.text(1)},
          .created_at = row.time(2),
          .expires_at = row.time(3)};
}

std::optional<Device> read_new_device(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_device(rows[0]);
}

}  // namespace

Change<std::optional<Device>> DeviceStore::insert(const NewDevice& device, std::int64_t per_user_max) {
  Parameters parameters{device.user.value, device.name, device.created_at, device.created_at + lifetime, per_user_max};
  return {insert_device, device.user, std::move(parameters), read_new_device};
}

Change<std::int64_t> DeviceStore::delete_expired(TimePoint now, CleanupLease lease) {
  return {delete_expired_devices,
          {now, cleanup_devices_max, std::move(lease.name), std::move(lease.holder)},
          affected_rows};
}

Task<std::vector<Device>> DeviceStore::list(UserId user) {
  Parameters parameters{user.value, list_devices_max};
  const Rows rows = co_await database_.query(list_devices, std::move(parameters));
  std::vector<Device> devices;
  devices.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) devices.push_back(read_device(rows[i]));
  co_return devices;
}

Task<std::int64_t> DeviceStore::remove_all(UserId user) {
  return database_.commit(Change<std::int64_t>{remove_devices, user, {user.value}, affected_rows});
}

}  // namespace gatehouse::devices
