#pragma once

#include "base/ids.hpp"
#include "database/announcement.hpp"

namespace gatehouse::sessions {

/// A session has ended.
inline constexpr database::Topic<SessionId> session_topic{"session"};

/// Whatever a session shows of its user may be wrong: all sessions of the user have ended, or the user has changed. The
/// users' feature announces its changes under the same name; flows/ checks that they agree.
inline constexpr database::Topic<UserId> user_topic{"user"};

using JoinId = StrongId<struct JoinTag>;

/// A process is about to use what replicas remember together, and asks who has heard of everything that was changed
/// before this (shared_epoch.hpp).
inline constexpr database::Topic<JoinId> join_topic{"session_join"};

}  // namespace gatehouse::sessions
