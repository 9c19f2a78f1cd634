#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "crypto/opened_values.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "sessions/model.hpp"
#include "sessions/session_cache.hpp"
#include "sessions/session_sealer.hpp"
#include "sessions/session_settings.hpp"
#include "sessions/session_store.hpp"
#include "sessions/session_view.hpp"
#include "sessions/shared_sessions.hpp"

namespace gatehouse::sessions {

/// How long sessions live.
struct SessionLifetime {
  std::chrono::microseconds ttl;           ///< without activity
  std::chrono::microseconds absolute_ttl;  ///< from the login on, whatever happens

  /// A session in use is written at most once in this time: a tenth of its time to live.
  [[nodiscard]] std::chrono::microseconds renewal_interval() const { return ttl / 10; }

  /// The session's times with a limit that is a date. If somebody wrote infinity into the row, the limit is what a
  /// login would have set; a row that does not even say when it began is over.
  [[nodiscard]] SessionTimes bounded(SessionTimes times) const;
};

/// A session that a login is about to insert: its secret and its times, until the database gives it an id.
struct SessionDraft {
  SessionSecret secret;
  NewSession row;
};

/// A session's row as its sealed form names it.
struct SessionRow {
  SessionId id;
  std::string secret_hash;
};

/// Sessions from login to their end. One per io thread; everything it refers to outlives it.
///
/// Failures: SessionError as a value; what Database throws. While the database is down, a session counts as valid only
/// if the cache or what replicas share says so, and only as long as the change feed is trusted.
class SessionService {
 public:
  /// With `shared`, which outlives it too, replicas remember sessions together.
  SessionService(database::Database& database, SessionCache& cache, const SessionSealer& sealer, const Clock& clock,
                 crypto::Random& random, const SessionSettings& settings, SharedSessions* shared = nullptr);

  /// Replaces the sealer. Sessions that the new one cannot open are no longer known.
  void use(const SessionSealer& sealer) {
    sealer_ = &sealer;
    opened_.forget();
  }

  /// False if the cache is switched off; the two fast paths are then useless.
  [[nodiscard]] bool has_cache() const noexcept { return cache_.is_enabled(); }

  /// The fast path of verify(), which must be asked if this says `unknown`; `refused` is SessionError::invalid. No
  /// query, no suspension, and no allocation once `view` has been used before.
  [[nodiscard]] CachedVerdict verify_cached(std::string_view sealed, SessionView& view);
  /// Renews the session when a tenth of its time to live has passed since it was last seen, never past its absolute
  /// limit.
  [[nodiscard]] Task<std::expected<SessionView, SessionError>> verify(std::string sealed);

  /// Whether the session a token was issued with is still active at `now`: for verify-token. nullopt: is_active() must
  /// ask.
  [[nodiscard]] std::optional<bool> is_active_cached(const TokenSession& session, TimePoint now);
  [[nodiscard]] Task<bool> is_active(TokenSession session);

  /// The same with the session's user; the view's expiry is the session's. nullopt: it is not active.
  [[nodiscard]] CachedVerdict find_cached(const TokenSession& session, TimePoint now, SessionView& view) {
    return cache_.find(session, now, view);
  }
  [[nodiscard]] Task<std::optional<SessionView>> find_active(TokenSession session);

  /// The row that a sealed session names, whether or not it still exists, to end the session with
  /// SessionStore::remove_with_secret(). nullopt for what this service did not seal.
  [[nodiscard]] std::optional<SessionRow> row_of(std::string_view sealed);
  /// Active sessions of the user, newest first, at most SessionStore::list_sessions_max.
  [[nodiscard]] Task<std::vector<SessionInfo>> list(UserId user);

  /// A new session of the user, to be inserted by SessionStore::insert(draft.row) while users.password_hash is
  /// still `password_hash`.
  [[nodiscard]] SessionDraft draft(UserId user, std::string password_hash, Client client) const;
  /// The inserted draft as its client gets it.
  [[nodiscard]] OpenedSession open(const SessionDraft& draft, SessionId id) const;

 private:
  using Found = std::expected<StoredSession, SessionError>;
  /// A good session, and what is needed to share it.
  struct Known {
    StoredSession session;
    std::optional<SharedEpoch::Ticket> ticket = {};
    bool is_shared = false;  ///< it came from what replicas share
  };
  [[nodiscard]] std::optional<SessionReference> open_sealed(std::string_view sealed);
  [[nodiscard]] Task<std::expected<Known, SessionError>> find(SessionReference reference);
  [[nodiscard]] Task<SharedSessions::Finding> find_shared(SessionId id);
  void share(const std::optional<SharedEpoch::Ticket>& ticket, SessionId id, const StoredSession& session);
  [[nodiscard]] Task<Found> find_on_primary(SessionReference reference);
  [[nodiscard]] Task<std::optional<ActiveSession>> find_active_of_token(TokenSession session, TimePoint now);
  [[nodiscard]] Task<std::optional<StoredSession>> find_of_token(TokenSession session, TimePoint now);
  [[nodiscard]] bool is_of_token(const std::optional<StoredSession>& found, const TokenSession& session,
                                 TimePoint now) const;
  [[nodiscard]] Task<Found> renew(SessionReference reference, StoredSession session, TimePoint now);

  SessionStore store_;
  SessionCache& cache_;
  const SessionSealer* sealer_;
  const Clock& clock_;
  crypto::Random& random_;
  const SessionLifetime lifetime_;
  SharedSessions* const shared_;  ///< null: replicas share none
  crypto::OpenedValues<SessionReference, SessionSealer::sealed_length> opened_;
};

}  // namespace gatehouse::sessions
