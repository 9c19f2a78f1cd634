#pragma once

#include <optional>

#include "base/ids.hpp"
#include "runtime/task.hpp"
#include "sessions/session_store.hpp"
#include "sessions/shared_epoch.hpp"

namespace gatehouse::sessions {

/// Rows of sessions that replicas remember together, asked before the database is. Belongs to one io thread.
class SharedSessions {
 public:
  SharedSessions() = default;
  SharedSessions(const SharedSessions&) = delete;
  SharedSessions& operator=(const SharedSessions&) = delete;
  virtual ~SharedSessions() = default;

  /// What is known about a session.
  struct Finding {
    std::optional<StoredSession> session;       ///< as good as a cached one; but no reason to refuse
    std::optional<SharedEpoch::Ticket> ticket;  ///< for fill(), if the database must be asked
  };
  /// Waits for at most one answer of the store. Throws only std::bad_alloc.
  [[nodiscard]] virtual Task<Finding> find(SessionId id) = 0;

  /// Remembers for all replicas what the primary answered since the ticket. Does not wait.
  virtual void fill(const SharedEpoch::Ticket& ticket, SessionId id, const StoredSession& session) = 0;
};

}  // namespace gatehouse::sessions
