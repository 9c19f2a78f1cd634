#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"

namespace gatehouse::users {

/// A user's row has changed or is gone, so that nothing cached about the user is valid any more.
inline constexpr database::Topic<UserId> user_topic{"user"};

}  // namespace gatehouse::users
