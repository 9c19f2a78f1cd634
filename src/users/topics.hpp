#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"

namespace gatehouse::users {

/// A user's row has changed or is gone, and with it whatever was remembered of the user.
inline constexpr database::Topic<UserId> user_topic{"user"};

}  // namespace gatehouse::users
