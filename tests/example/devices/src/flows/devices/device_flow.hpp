#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "database/database.hpp"
#include "devices/device_cache.hpp"
#include "devices/device_settings.hpp"
#include "devices/device_store.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

enum class DeviceError {
  user_not_found,
  too_many,  ///< the user has DEVICES_PER_USER_MAX
};

/// Users and their devices. One per io thread; everything it refers to outlives it, but for the settings. Throws what
/// Database throws.
class DeviceFlow {
 public:
  DeviceFlow(database::Database& database, devices::DeviceCache& cache, const Clock& clock,
             const devices::DeviceSettings& settings);

  /// `name` is not empty and has at most devices::name_bytes_max bytes.
  [[nodiscard]] Task<std::expected<devices::Device, DeviceError>> add(UserId user, std::string name);

  /// Newest first. From memory where it can. Fails with user_not_found.
  [[nodiscard]] Task<std::expected<std::vector<devices::Device>, DeviceError>> list(UserId user);

  /// Fails with user_not_found.
  [[nodiscard]] Task<std::expected<void, DeviceError>> remove_all(UserId user);

 private:
  [[nodiscard]] Task<bool> exists(UserId user);

  database::Database& database_;
  devices::DeviceStore devices_;
  users::UserStore users_;
  devices::DeviceCache& cache_;
  const Clock& clock_;
  const std::int64_t per_user_max_;
};

}  // namespace gatehouse::flows
