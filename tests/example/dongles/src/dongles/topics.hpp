#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"

namespace gatehouse::dongles {

/// A user has more dongles than before, or fewer.
inline constexpr database::Topic<UserId> dongles_topic{"user_dongles"};

/// A user may be gone, and the dongles with it. The users' feature announces it under the same name; flows/ checks that
/// they agree.
inline constexpr database::Topic<UserId> user_topic{"user"};

}  // namespace gatehouse::dongles
