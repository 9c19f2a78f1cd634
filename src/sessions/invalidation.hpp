#pragma once

#include "base/ids.hpp"
#include "sessions/session_cache.hpp"

namespace gatehouse::sessions {

/// Makes the cache forget a session or a user's sessions around a database write that ends or changes them: when it is
/// created, before the write, and when it goes, after the write, however the write ended.
///
/// The second time is the one that revocation rests on. A reader that asked the database just before the commit may
/// fill the cache at any moment: if before the second time, that drops it; if after, its ticket is worthless. And it
/// comes before anybody is told that the write succeeded. The first time keeps this process from answering from memory
/// while the write is under way, when the database and other replicas may refuse the session already.
///
/// A write that failed with Unavailable may still be committed after the second time. Then the change feed drops what
/// it ended: PostgreSQL announces a commit to this process too, and SQLite's writer reports one that came too late for
/// its caller.
class [[nodiscard]] SessionInvalidation {
 public:
  SessionInvalidation(SessionCache& cache, SessionId session) : cache_(cache), session_(session) {
    cache_.drop_session(session_);
  }
  ~SessionInvalidation() { cache_.drop_session(session_); }
  SessionInvalidation(const SessionInvalidation&) = delete;
  SessionInvalidation& operator=(const SessionInvalidation&) = delete;

 private:
  SessionCache& cache_;
  const SessionId session_;
};

/// The same for everything that stands on a user.
class [[nodiscard]] UserInvalidation {
 public:
  UserInvalidation(SessionCache& cache, UserId user) : cache_(cache), user_(user) { cache_.drop_user(user_); }
  ~UserInvalidation() { cache_.drop_user(user_); }
  UserInvalidation(const UserInvalidation&) = delete;
  UserInvalidation& operator=(const UserInvalidation&) = delete;

 private:
  SessionCache& cache_;
  const UserId user_;
};

}  // namespace gatehouse::sessions
