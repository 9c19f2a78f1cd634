#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"

namespace gatehouse::devices {

/// A user has more devices than before, or fewer.
inline constexpr database::Topic<UserId> devices_topic{"user_devices"};

/// A user may be gone, and the devices with it. The users' feature announces it under the same name; flows/ checks that
/// they agree.
inline constexpr database::Topic<UserId> user_topic{"user"};

}  // namespace gatehouse::devices
