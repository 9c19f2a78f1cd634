#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "database/database.hpp"
#include "devices/device_store.hpp"
#include "flows/password_check/password_check.hpp"
#include "sessions/session_store.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Everything an operator may want to know before helping a user.
struct AccountState {
  users::Account account;
  Standing standing;
  std::int64_t devices = 0;
  std::int64_t sessions = 0;
};

/// Collects what the features know about one user. One per io thread; everything it refers to outlives it. Throws what
/// Database throws.
class AccountView {
 public:
  AccountView(database::Database& database, PasswordCheck& passwords, const Clock& clock)
      : users_(database), devices_(database), sessions_(database), passwords_(passwords), clock_(clock) {}

  /// nullopt if there is no such user. The parts may be read some milliseconds apart.
  [[nodiscard]] Task<std::optional<AccountState>> of(UserId user);
  /// The user's devices that are known now, that of the last login first; nullopt if there is no such user.
  [[nodiscard]] Task<std::optional<std::vector<devices::Device>>> devices_of(UserId user);

 private:
  users::UserStore users_;
  devices::DeviceStore devices_;
  sessions::SessionStore sessions_;
  PasswordCheck& passwords_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
