#pragma once

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "redis/client.hpp"
#include "sessions/shared_session_keys.hpp"
#include "sessions/shared_sessions.hpp"
#include "sessions/sharing_counts.hpp"

namespace gatehouse::sessions {

/// Sessions in Redis; docs/adr/0040-sessions-that-replicas-share-belong-to-an-epoch.md says why they can be believed.
/// Belongs to one io thread.
class RedisSessions final : public SharedSessions {
 public:
  /// All of these outlive the object; the client belongs to the same io thread.
  struct Parts {
    redis::Client& client;
    SharedEpoch& epoch;
    SharingCounts& counts;
    const Clock& clock;
    crypto::Random& random;
  };

  RedisSessions(const Parts& parts, const SharedSessionKeys& keys) : parts_(parts), keys_(&keys) {}

  /// Replaces the keys. The new ones outlive the object or the next use().
  void use(const SharedSessionKeys& keys) { keys_ = &keys; }

  [[nodiscard]] Task<Finding> find(SessionId id) override;
  void fill(const SharedEpoch::Ticket& ticket, SessionId id, const StoredSession& session) override;

 private:
  [[nodiscard]] std::optional<StoredSession> believed(const redis::Reply& reply, const SharedEpoch::Ticket& ticket,
                                                      SessionId id, std::string_view name) const;

  Parts parts_;
  const SharedSessionKeys* keys_;
};

}  // namespace gatehouse::sessions
