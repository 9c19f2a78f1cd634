#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "sessions/model.hpp"
#include "sessions/topics.hpp"

namespace gatehouse::sessions {

/// A row to insert. Its times come from the injected Clock.
struct NewSession {
  UserId user;
  std::string password_hash;  ///< what users.password_hash must still hold for the row to be inserted
  std::string secret_hash;    ///< SHA-256 of the secret, 32 bytes
  TimePoint created_at;
  TimePoint expires_at;
  TimePoint absolute_expires_at;
  Client client;
  std::optional<std::int64_t> refresh_generation = {};  ///< nullopt: it has no refresh tokens
};

/// When a session began and when it ends, by its row; what is no date there becomes the calendar's end or beginning.
struct SessionTimes {
  TimePoint created_at;
  TimePoint expires_at;           ///< without use
  TimePoint absolute_expires_at;  ///< in any case
};

/// The session and its user as one query found them.
struct StoredSession {
  /// Whose session it is, as answers name the user.
  struct Owner {
    std::string email;
    std::string first_name;
    std::string last_name;
  };

  UserId user;
  std::string secret_hash;
  SessionTimes times;
  TimePoint updated_at;        ///< last seen
  std::optional<Owner> owner;  ///< nullopt: the user's row is gone
};

/// What a token's session is checked against.
struct ActiveSession {
  SessionMark mark;
  SessionTimes times;
};

/// Which session is renewed, and its new times.
struct Renewal {
  SessionId id;
  TimePoint now;
  TimePoint expires_at;
  TimePoint seen_before;  ///< only a session last seen then or earlier is renewed, so of several writers one wins
};

/// How far the refresh tokens of a session have come.
struct RefreshState {
  std::int64_t generation;
  TimePoint refreshed_at;                   ///< the calendar's beginning before the first refresh
  std::optional<std::string> attempt_hash;  ///< SHA-256 of the last refresh's attempt, if it had one
};

/// A session as a refresh sees it.
struct RefreshableSession {
  UserId user;
  std::string secret_hash;
  SessionTimes times;
  std::optional<RefreshState> state;  ///< nullopt: its login asked for no refresh tokens
};

/// The next generation of a session's refresh tokens.
struct Rotation {
  SessionId id;
  std::string secret_hash;
  std::int64_t from_generation;
  std::optional<std::string> attempt_hash;
  TimePoint now;
};

/// The session after a rotation.
struct RotatedSession {
  UserId user;
  SessionTimes times;
};

/// The only place that knows the SQL of the sessions table.
///
/// Rows without a secret_hash were written by the Express service and do not count as sessions.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws (Unavailable, StatementFailed).
class SessionStore {
 public:
  static constexpr std::int64_t list_sessions_max = 1000;
  static constexpr std::int64_t cleanup_sessions_max = 500;

  /// `database` outlives the store.
  explicit SessionStore(database::Database& database) : database_(database) {}

  /// Inserts the session if the user still exists with that password hash and is not disabled; its id, or nullopt.
  /// After a change that locks the user's row it cannot miss a concurrent change of either.
  [[nodiscard]] static database::Change<std::optional<SessionId>> insert(NewSession session);
  /// Locks the session's row until the changes are committed, so that what follows sees whether somebody else deleted
  /// it.
  [[nodiscard]] static database::Change<void> lock(SessionId id);
  /// Changes nothing, but is announced like any change.
  [[nodiscard]] static database::Change<void> announce(JoinId join);
  /// Deletes the session; returns how many there were.
  [[nodiscard]] static database::Change<std::int64_t> remove(SessionId id);
  /// The same, if it has this secret.
  [[nodiscard]] static database::Change<std::int64_t> remove_with_secret(SessionId id, std::string secret_hash);
  /// Deletes those sessions of the user that are active at `now`; returns how many there were.
  [[nodiscard]] static database::Change<std::int64_t> remove_active_of_user(UserId user, TimePoint now);
  /// Deletes every session of the user, for changes of what sessions depend on.
  [[nodiscard]] static database::Change<void> remove_of_user(UserId user);
  /// Deletes every session of the users whom an import (users/import_store.hpp) gave another password or disabled.
  [[nodiscard]] static database::Change<void> remove_of_staged_users();
  /// Deletes up to cleanup_sessions_max sessions whose time is over at `now`, the oldest first, if the leases table
  /// names this holder. A session that is renewed meanwhile stays. Returns how many were deleted.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, database::HeldLease lease);

  [[nodiscard]] Task<std::optional<StoredSession>> find(SessionId id);
  /// The user's session if it has not expired at `now`.
  [[nodiscard]] Task<std::optional<ActiveSession>> find_active(SessionId id, UserId user, TimePoint now);

  /// Whether a standby may answer the two queries that follow.
  [[nodiscard]] bool has_standbys() const noexcept { return database_.has_standbys(); }
  // The same as a standby knows it (database::Database::query_standby). Before a refusal, ask as above: a session that
  // has just begun, or has just been renewed, may not be there yet.
  [[nodiscard]] Task<std::optional<StoredSession>> find_on_standby(SessionId id);
  [[nodiscard]] Task<std::optional<ActiveSession>> find_active_on_standby(SessionId id, UserId user, TimePoint now);

  /// Moves the expiry of a session that is not over; false when there is none to renew (gone, over, or just renewed).
  [[nodiscard]] Task<bool> renew(Renewal renewal);

  /// Adds one to the generation if it is still `from_generation` and the session has this secret, is not over, and was
  /// last seen after `seen_after`; otherwise nullopt. Of several at once one succeeds.
  [[nodiscard]] static database::Change<std::optional<RotatedSession>> rotate(Rotation rotation, TimePoint seen_after);
  /// The same, whenever the session was last seen; also moves its expiry to `expires_at` or its absolute limit.
  [[nodiscard]] static database::Change<std::optional<RotatedSession>> rotate_and_renew(Rotation rotation,
                                                                                        TimePoint expires_at);
  [[nodiscard]] Task<std::optional<RefreshableSession>> find_refreshable(SessionId id);

  /// The user's active sessions, newest first, at most list_sessions_max.
  [[nodiscard]] Task<std::vector<SessionInfo>> list(UserId user, TimePoint now);
  /// How many sessions of all users are active, from a sample of a thousand.
  [[nodiscard]] Task<double> estimate(TimePoint now);
  /// How many sessions of the user are active.
  [[nodiscard]] Task<std::int64_t> count(UserId user, TimePoint now);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::sessions
