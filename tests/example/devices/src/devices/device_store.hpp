#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "devices/model.hpp"

namespace gatehouse::devices {

/// A row to insert.
struct NewDevice {
  UserId user;
  std::string name;
  TimePoint created_at;
};

/// Whose lease a deletion of expired devices is made under: a row of the leases table.
struct CleanupLease {
  std::string name;
  std::string holder;
};

/// Whether nobody else gives the user a device at the same moment.
inline constexpr database::Constraint number_is_free{
    database::Violation::Kind::unique, {"devices_user_id_number_unique", "devices.user_id, devices.number"}};

/// Whether the user was not deleted at the same moment.
inline constexpr database::Constraint user_exists{database::Violation::Kind::foreign_key, {"devices_user_id_foreign"}};

/// The only place that knows the SQL of the devices table.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed).
class DeviceStore {
 public:
  static constexpr std::int64_t list_devices_max = 1000;
  static constexpr std::int64_t cleanup_devices_max = 500;

  /// `database` outlives the store.
  explicit DeviceStore(database::Database& database) : database_(database) {}

  /// Gives the user one more device; nothing where there is no such user or where it has `per_user_max` that have not
  /// expired. Violates number_is_free and user_exists.
  [[nodiscard]] static database::Change<std::optional<Device>> insert(const NewDevice& device,
                                                                      std::int64_t per_user_max);
  /// Deletes up to cleanup_devices_max devices that have expired at `now`, while the leases table names this holder;
  /// else nothing. How many were deleted.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, CleanupLease lease);

  /// Newest first, expired ones too, at most list_devices_max.
  [[nodiscard]] Task<std::vector<Device>> list(UserId user);
  /// How many there were, expired ones too.
  [[nodiscard]] Task<std::int64_t> remove_all(UserId user);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::devices
