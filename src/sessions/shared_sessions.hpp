#pragma once

#include <optional>

#include "base/ids.hpp"
#include "runtime/task.hpp"
#include "sessions/session_store.hpp"
#include "sessions/shared_epoch.hpp"

namespace gatehouse::sessions {

/// Rows of sessions that replicas remember together, asked before the database is. One io thread's.
class SharedSessions {
 public:
  SharedSessions() = default;
  SharedSessions(const SharedSessions&) = delete;
  SharedSessions& operator=(const SharedSessions&) = delete;
  virtual ~SharedSessions() = default;

  /// What is known of a session.
  struct Finding {
    std::optional<StoredSession> session;       ///< as good as what a cache remembers; a refusal is not
    std::optional<SharedEpoch::Ticket> ticket;  ///< for fill(), where the database must be asked
  };
  /// Waits no longer than for one answer of the store. Throws nothing but what memory runs out by.
  [[nodiscard]] virtual Task<Finding> find(SessionId id) = 0;

  /// Remembers what the primary answered since the ticket, for all. Waits for nobody.
  virtual void fill(const SharedEpoch::Ticket& ticket, SessionId id, const StoredSession& session) = 0;
};

}  // namespace gatehouse::sessions
