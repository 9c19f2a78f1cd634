#include "flows/devices/device_flow.hpp"

#include <utility>

#include "devices/topics.hpp"
#include "users/topics.hpp"

namespace gatehouse::flows {

// Features do not know each other: who deletes a user is heard by those who remember the user's devices.
static_assert(users::user_topic.name == devices::user_topic.name);

using devices::Device;
using devices::DeviceStore;

DeviceFlow::DeviceFlow(database::Database& database, devices::DeviceCache& cache, const Clock& clock,
                       const devices::DeviceSettings& settings)
    : database_(database),
      devices_(database),
      users_(database),
      cache_(cache),
      clock_(clock),
      per_user_max_(settings.per_user_max) {}

Task<std::expected<Device, DeviceError>> DeviceFlow::add(UserId user, std::string name) {
  const devices::NewDevice wanted{.user = user, .name = std::move(name), .created_at = clock_.now()};
  // Each further turn means that the user got a device meanwhile, so the bound on devices bounds the turns.
  while (true) {
    database::Changes changes;
    const auto added = changes.add(DeviceStore::insert(wanted, per_user_max_));
    const auto committed =
        co_await database_.commit_unless(std::move(changes), devices::number_is_free, devices::user_exists);
    if (!committed && devices::number_is_free.is_violated_by(committed.error())) continue;
    if (!committed) co_return std::unexpected(DeviceError::user_not_found);
    if (auto device = committed->result(added)) co_return *std::move(device);
    const bool is_full = co_await exists(user);
    co_return std::unexpected(is_full ? DeviceError::too_many : DeviceError::user_not_found);
  }
}

Task<std::expected<std::vector<Device>, DeviceError>> DeviceFlow::list(UserId user) {
  auto devices = cache_.find(user);
  if (!devices) {
    const auto ticket = cache_.ticket();
    devices = co_await devices_.list(user);
    const bool has_owner = !devices->empty() || co_await exists(user);
    if (!has_owner) co_return std::unexpected(DeviceError::user_not_found);
    cache_.remember(user, *devices, ticket);
  }
  std::erase_if(*devices, [now = clock_.now()](const Device& device) { return device.expires_at <= now; });
  co_return *std::move(devices);
}

Task<std::expected<void, DeviceError>> DeviceFlow::remove_all(UserId user) {
  const std::int64_t removed = co_await devices_.remove_all(user);
  const bool has_owner = removed > 0 || co_await exists(user);
  if (!has_owner) co_return std::unexpected(DeviceError::user_not_found);
  co_return std::expected<void, DeviceError>{};
}

Task<bool> DeviceFlow::exists(UserId user) {
  const auto found = co_await users_.find(user);
  co_return found.has_value();
}

}  // namespace gatehouse::flows
