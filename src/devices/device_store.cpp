#include "devices/device_store.hpp"

#include <utility>

#include "base/secret_string.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::devices {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Parameters;
using database::Rows;
using database::Statement;
using database::Write;

// Nobody caches devices: each login asks the database.
constexpr Statement find_device{"devices_find",
                                "SELECT secret_hash FROM devices WHERE id = $1 AND user_id = $2 AND expires_at > $3"};

constexpr Statement count_devices{"devices_count",
                                  "SELECT count(*) FROM devices WHERE user_id = $1 AND expires_at > $2"};

constexpr Statement list_devices{"devices_list",
                                 "SELECT id, created_at, last_seen_at, expires_at FROM devices WHERE user_id = $1 "
                                 "AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT $3"};

constexpr Write insert_device{"devices_insert",
                              "INSERT INTO devices (user_id, secret_hash, created_at, last_seen_at, expires_at) "
                              "SELECT id, $3, $4, $4, $5 FROM users WHERE id = $1 AND password_hash = $2 "
                              "AND disabled_at IS NULL RETURNING id",
                              announces_nothing};

constexpr Write forget_old_devices{
    "devices_forget_old",
    "DELETE FROM devices WHERE user_id = $1 AND id NOT IN "
    "(SELECT id FROM devices WHERE user_id = $1 ORDER BY last_seen_at DESC, id DESC LIMIT $2)",
    announces_nothing};

constexpr Write renew_device{"devices_renew", "UPDATE devices SET last_seen_at = $2, expires_at = $3 WHERE id = $1",
                             announces_nothing};

constexpr Write remove_device{"devices_remove", "DELETE FROM devices WHERE id = $1", announces_nothing};

constexpr Write remove_devices_of_user{"devices_remove_of_user", "DELETE FROM devices WHERE user_id = $1",
                                       announces_nothing};

constexpr Write delete_expired_devices{"devices_delete_expired",
                                       "DELETE FROM devices WHERE expires_at <= $1 AND id IN "
                                       "(SELECT id FROM devices WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) "
                                       "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                                       announces_nothing};

std::optional<DeviceId> read_id(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return DeviceId{rows[0].integer(0)};
}

}  // namespace

Task<bool> DeviceStore::is_known(DeviceReference device, UserId user, TimePoint now) {
  Parameters parameters{device.id.value, user.value, now};
  const Rows rows = co_await database_.query(find_device, std::move(parameters));
  co_return !rows.empty() && equal_in_constant_time(rows[0].text(0), crypto::sha256(bytes_of(device.secret)));
}

Task<std::int64_t> DeviceStore::count(UserId user, TimePoint now) {
  Parameters parameters{user.value, now};
  const Rows rows = co_await database_.query(count_devices, std::move(parameters));
  co_return rows[0].integer(0);
}

Task<std::vector<Device>> DeviceStore::list(UserId user, TimePoint now) {
  Parameters parameters{user.value, now, per_user_max};
  const Rows rows = co_await database_.query(list_devices, std::move(parameters));
  std::vector<Device> devices;
  devices.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const database::Row row = rows[i];
    devices.push_back({.id = DeviceId{row.integer(0)},
                       .created_at = row.time(1),
                       .last_seen_at = row.time(2),
                       .expires_at = row.time(3)});
  }
  co_return devices;
}

Change<std::optional<DeviceId>> DeviceStore::insert(NewDevice device, TimePoint now) {
  Parameters parameters{device.user.value, std::move(device.password_hash), Blob{std::move(device.secret_hash)}, now,
                        TimePoint{now + lifetime}};
  return {insert_device, std::move(parameters), read_id};
}

Change<void> DeviceStore::forget_old(UserId user) { return {forget_old_devices, {user.value, per_user_max}}; }

Change<void> DeviceStore::renew(DeviceId device, TimePoint now) {
  return {renew_device, {device.value, now, TimePoint{now + lifetime}}};
}

Change<void> DeviceStore::remove(DeviceId device) { return {remove_device, {device.value}}; }

Change<std::int64_t> DeviceStore::remove_of_user(UserId user) {
  return {remove_devices_of_user, {user.value}, affected_rows};
}

Change<std::int64_t> DeviceStore::delete_expired(TimePoint now, database::HeldLease lease) {
  Parameters parameters{now, cleanup_devices_max, std::move(lease.name), std::move(lease.holder)};
  return {delete_expired_devices, std::move(parameters), affected_rows};
}

}  // namespace gatehouse::devices
