#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "devices/device_sealer.hpp"
#include "devices/model.hpp"

namespace gatehouse::devices {

/// A row to insert.
struct NewDevice {
  UserId user;
  std::string password_hash;  ///< what users.password_hash must still hold for the row to be inserted
  std::string secret_hash;    ///< SHA-256 of the secret
};

/// The devices table, and the only place that knows its SQL.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws. The static functions make changes.
class DeviceStore {
 public:
  static constexpr std::int64_t per_user_max = 50;
  static constexpr std::int64_t cleanup_devices_max = 500;

  /// `database` outlives the store.
  explicit DeviceStore(database::Database& database) : database_(database) {}

  /// Whether it is a device of this user that has not expired.
  [[nodiscard]] Task<bool> is_known(DeviceReference device, UserId user, TimePoint now);
  [[nodiscard]] Task<std::int64_t> count(UserId user, TimePoint now);
  /// The devices that have not expired, the one of the last login first; at most per_user_max.
  [[nodiscard]] Task<std::vector<Device>> list(UserId user, TimePoint now);

  /// Inserts a device; the result is its id, or nothing if the user is gone or disabled, or has another
  /// password.
  [[nodiscard]] static database::Change<std::optional<DeviceId>> insert(NewDevice device, TimePoint now);
  /// Deletes all devices but the last per_user_max.
  [[nodiscard]] static database::Change<void> forget_old(UserId user);
  /// Renews a device on which the user has logged in.
  [[nodiscard]] static database::Change<void> renew(DeviceId device, TimePoint now);
  [[nodiscard]] static database::Change<void> remove(DeviceId device);
  /// Removes all devices of the user; returns how many there were.
  [[nodiscard]] static database::Change<std::int64_t> remove_of_user(UserId user);
  /// Deletes up to cleanup_devices_max expired devices, while the leases table names this holder; otherwise none.
  /// Returns how many were deleted.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::devices
