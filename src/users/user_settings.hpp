#pragma once

#include "config/setting.hpp"

namespace gatehouse::users {

/// What is required of users.
struct UserSettings {
  bool require_verified_email = false;  ///< REQUIRE_VERIFIED_EMAIL, to log in
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<UserSettings> user_section();

}  // namespace gatehouse::users
