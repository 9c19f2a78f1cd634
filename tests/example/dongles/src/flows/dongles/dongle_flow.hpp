#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "database/database.hpp"
#include "dongles/dongle_cache.hpp"
#include "dongles/dongle_settings.hpp"
#include "dongles/dongle_store.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

enum class DongleError {
  user_not_found,
  too_many,  ///< the user already has DONGLES_PER_USER_MAX
};

/// Users and their dongles. One per io thread; everything it refers to, except the settings, outlives it. Throws what
/// Database throws.
class DongleFlow {
 public:
  DongleFlow(database::Database& database, dongles::DongleCache& cache, const Clock& clock,
             const dongles::DongleSettings& settings);

  /// `name` is not empty and has at most dongles::name_bytes_max bytes.
  [[nodiscard]] Task<std::expected<dongles::Dongle, DongleError>> add(UserId user, std::string name);

  /// Newest first, from memory if possible. Fails with user_not_found.
  [[nodiscard]] Task<std::expected<std::vector<dongles::Dongle>, DongleError>> list(UserId user);

  /// Fails with user_not_found.
  [[nodiscard]] Task<std::expected<void, DongleError>> remove_all(UserId user);

 private:
  [[nodiscard]] Task<bool> exists(UserId user);

  database::Database& database_;
  dongles::DongleStore dongles_;
  users::UserStore users_;
  dongles::DongleCache& cache_;
  const Clock& clock_;
  const std::int64_t per_user_max_;
};

}  // namespace gatehouse::flows
