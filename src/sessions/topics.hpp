#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"

namespace gatehouse::sessions {

/// A session has ended.
inline constexpr database::Topic<SessionId> session_topic{"session"};

/// Whatever a session shows of its user may be wrong: all sessions of the user have ended, or the user has changed. The
/// users' feature announces its changes under the same name; flows/ checks that they agree.
inline constexpr database::Topic<UserId> user_topic{"user"};

}  // namespace gatehouse::sessions
