#include "sessions/session_store.hpp"

#include <utility>

#include "base/calendar.hpp"
#include "sessions/topics.hpp"

namespace gatehouse::sessions {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Parameters;
using database::Row;
using database::Rows;
using database::shares_transaction;
using database::Statement;
using database::Value;
using database::Write;

// Nobody can have remembered anything about a session that did not exist.
constexpr Write insert_session{
    "sessions_insert",
    "INSERT INTO sessions (user_id, secret_hash, created_at, updated_at, expires_at, absolute_expires_at, ip_address, "
    "user_agent, refresh_generation) SELECT id, $3, $4, $4, $5, $6, $7, $8, $9 FROM users "
    "WHERE id = $1 AND password_hash = $2 "
    "AND disabled_at IS NULL RETURNING id",
    announces_nothing};

// If sessions has partitions, LIMIT 1 makes PostgreSQL keep a generic plan. Without a limit it expects a row in each
// partition, and considers a custom plan, made anew for each id, cheaper than asking them all. Making that plan costs
// more than the check.
constexpr Statement find_session{
    "sessions_find",
    "SELECT s.user_id, s.secret_hash, s.expires_at, s.absolute_expires_at, s.updated_at, u.email, u.first_name, "
    "u.last_name, s.created_at FROM sessions s LEFT JOIN users u ON u.id = s.user_id "
    "WHERE s.id = $1 AND s.secret_hash IS NOT NULL LIMIT 1"};

constexpr Statement find_active_session{"sessions_find_active",
                                        "SELECT secret_hash, created_at, expires_at, absolute_expires_at FROM sessions "
                                        "WHERE id = $1 AND user_id = $2 AND secret_hash IS NOT NULL "
                                        "AND expires_at > $3 LIMIT 1"};

// An expiry later than the remembered one does no harm: caches only ask once more.
constexpr Write renew_session{"sessions_renew",
                              "UPDATE sessions SET expires_at = $2, updated_at = $3 "
                              "WHERE id = $1 AND secret_hash IS NOT NULL AND expires_at > $3 "
                              "AND absolute_expires_at >= $2 AND updated_at <= $4",
                              announces_nothing, shares_transaction};

// A refresh renews a session just as a check does, and the same holds for caches. Most refreshes change no indexed
// column.
// Sets no column that ends a session, so PostgreSQL need not call the triggers of those. The schema ends the sessions
// of disabled users, so the user need not be checked either.
constexpr Write rotate_session{
    "sessions_rotate",
    "UPDATE sessions SET refresh_generation = refresh_generation + 1, refreshed_at = $4, refresh_attempt = $5 "
    "WHERE id = $1 AND secret_hash = $2 AND refresh_generation = $3 AND expires_at > $4 AND absolute_expires_at > $4 "
    "AND updated_at > $6 "
    "RETURNING user_id, created_at, expires_at, absolute_expires_at",
    announces_nothing, shares_transaction};

constexpr Write rotate_and_renew_session{
    "sessions_rotate_and_renew",
    "UPDATE sessions SET refresh_generation = refresh_generation + 1, refreshed_at = $4, refresh_attempt = $5, "
    "updated_at = $4, expires_at = CASE WHEN absolute_expires_at < $6 THEN absolute_expires_at ELSE $6 END "
    "WHERE id = $1 AND secret_hash = $2 AND refresh_generation = $3 AND expires_at > $4 AND absolute_expires_at > $4 "
    "RETURNING user_id, created_at, expires_at, absolute_expires_at",
    announces_nothing, shares_transaction};

constexpr Statement find_refreshable_session{
    "sessions_find_refreshable",
    "SELECT user_id, secret_hash, created_at, expires_at, absolute_expires_at, refresh_generation, refreshed_at, "
    "refresh_attempt FROM sessions WHERE id = $1 AND secret_hash IS NOT NULL LIMIT 1"};

constexpr Statement list_sessions{"sessions_list",
                                  "SELECT id, created_at, updated_at, expires_at, ip_address, user_agent FROM sessions "
                                  "WHERE user_id = $1 AND secret_hash IS NOT NULL AND expires_at > $2 "
                                  "ORDER BY created_at DESC, id DESC LIMIT $3"};

constexpr Statement count_sessions{
    "sessions_count",
    "SELECT count(*) FROM sessions WHERE user_id = $1 AND secret_hash IS NOT NULL AND expires_at > $2"};

// Evenly spaced ids, each looked up by itself: this reads as many rows of 50 million sessions as of a thousand.
constexpr Statement sample_sessions{
    "sessions_sample",
    "WITH RECURSIVE sample(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM sample WHERE number < 999), "
    "ids(first, last) AS (SELECT (SELECT min(id) FROM sessions), (SELECT max(id) FROM sessions)) "
    "SELECT max(last - first + 1), count(*) FROM sample CROSS JOIN ids "
    "JOIN sessions ON id = first + (last - first) * number / 999 WHERE secret_hash IS NOT NULL AND expires_at > $1"};

constexpr Write lock_session{"sessions_lock", "UPDATE sessions SET secret_hash = secret_hash WHERE id = $1",
                             announces_nothing};

constexpr Write remove_session{"sessions_remove", "DELETE FROM sessions WHERE id = $1", session_topic};

constexpr Write remove_session_with_secret{"sessions_remove_with_secret",
                                           "DELETE FROM sessions WHERE id = $1 AND secret_hash = $2", session_topic};

constexpr Write remove_active_sessions_of_user{"sessions_remove_active_of_user",
                                               "DELETE FROM sessions WHERE user_id = $1 "
                                               "AND secret_hash IS NOT NULL AND expires_at > $2",
                                               user_topic};

constexpr Write remove_sessions_of_user{"sessions_remove_of_user", "DELETE FROM sessions WHERE user_id = $1",
                                        user_topic};

// Runs with many other changes: BulkDatabase says who announces it.
constexpr Write remove_sessions_of_staged_users{
    "sessions_remove_of_staged",
    "DELETE FROM sessions WHERE user_id IN (SELECT user_id FROM staged_users WHERE ends_sessions = 1)",
    announces_nothing};

// Their time was over, and nothing is answered from memory after that, so nobody needs to hear of it.
//
// PostgreSQL evaluates the outer condition again on a row it had to wait for, so a session that was renewed between
// being chosen and being locked is kept.
constexpr Write delete_expired_sessions{"sessions_delete_expired",
                                        "DELETE FROM sessions WHERE expires_at <= $1 AND id IN "
                                        "(SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2) "
                                        "AND EXISTS (SELECT 1 FROM leases WHERE name = $3 AND holder = $4)",
                                        announces_nothing};

// No session has the id 0. Only the announcement matters, which is ordered among those of all other changes.
constexpr Write announce_join{"sessions_announce_join", "UPDATE sessions SET secret_hash = secret_hash WHERE id = $1",
                              join_topic};

/// The columns in which a row has the times.
struct TimeColumns {
  std::size_t created_at;
  std::size_t expires_at;
  std::size_t absolute_expires_at;
};

SessionTimes read_times(const Row& row, TimeColumns columns) {
  const TimePoint expires_at = within_calendar(row.time(columns.expires_at));
  const bool has_limit = !row.is_null(columns.absolute_expires_at);
  return {.created_at = within_calendar(row.time(columns.created_at)),
          .expires_at = expires_at,
          .absolute_expires_at = has_limit ? within_calendar(row.time(columns.absolute_expires_at)) : expires_at};
}

StoredSession read_session(const Row& row) {
  StoredSession session{.user = UserId{row.integer(0)},
                        .secret_hash = std::string{row.text(1)},
                        .times = read_times(row, {.created_at = 8, .expires_at = 2, .absolute_expires_at = 3}),
                        .updated_at = within_calendar(row.time(4)),
                        .owner = std::nullopt};
  if (!row.is_null(5)) {
    session.owner = {.email = std::string{row.text(5)},
                     .first_name = std::string{row.text(6)},
                     .last_name = std::string{row.text(7)}};
  }
  return session;
}

std::optional<StoredSession> read_found(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_session(rows[0]);
}

std::optional<ActiveSession> read_active(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return ActiveSession{.mark = SessionMark::of(rows[0].text(0)),
                       .times = read_times(rows[0], {.created_at = 1, .expires_at = 2, .absolute_expires_at = 3})};
}

SessionInfo read_info(const Row& row) {
  return {.id = SessionId{row.integer(0)},
          .created_at = row.time(1),
          .last_seen_at = row.time(2),
          .expires_at = row.time(3),
          .address = row.nullable_text(4),
          .user_agent = row.nullable_text(5)};
}

RefreshState read_refresh_state(const Row& row) {
  return {.generation = row.integer(5),
          .refreshed_at = row.is_null(6) ? calendar_begin : within_calendar(row.time(6)),
          .attempt_hash = row.nullable_text(7)};
}

RefreshableSession read_refreshable(const Row& row) {
  RefreshableSession session{.user = UserId{row.integer(0)},
                             .secret_hash = std::string{row.text(1)},
                             .times = read_times(row, {.created_at = 2, .expires_at = 3, .absolute_expires_at = 4}),
                             .state = std::nullopt};
  if (!row.is_null(5)) session.state = read_refresh_state(row);
  return session;
}

std::optional<RotatedSession> read_rotated(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return RotatedSession{.user = UserId{rows[0].integer(0)},
                        .times = read_times(rows[0], {.created_at = 1, .expires_at = 2, .absolute_expires_at = 3})};
}

Value blob_or_null(std::optional<std::string> bytes) { return bytes ? Value{Blob{*std::move(bytes)}} : Value{}; }

Value text_or_null(std::string text) { return text.empty() ? Value{} : Value{std::move(text)}; }

/// The parameters of both statements that rotate; `last` means a different time for each.
Parameters parameters_of(Rotation rotation, TimePoint last) {
  return {rotation.id.value, Blob{std::move(rotation.secret_hash)},          rotation.from_generation,
          rotation.now,      blob_or_null(std::move(rotation.attempt_hash)), last};
}

std::optional<SessionId> read_id(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return SessionId{rows[0].integer(0)};
}

}  // namespace

Change<std::optional<SessionId>> SessionStore::insert(NewSession session) {
  Client client = storable(std::move(session.client));
  Parameters parameters{session.user.value,
                        std::move(session.password_hash),
                        Blob{std::move(session.secret_hash)},
                        session.created_at,
                        session.expires_at,
                        session.absolute_expires_at,
                        text_or_null(std::move(client.address)),
                        text_or_null(std::move(client.user_agent)),
                        session.refresh_generation ? Value{*session.refresh_generation} : Value{}};
  return {insert_session, std::move(parameters), read_id};
}

Change<void> SessionStore::lock(SessionId id) { return {lock_session, {id.value}}; }

Change<void> SessionStore::announce(JoinId join) {
  constexpr std::int64_t nobody = 0;
  return {announce_join, join, {nobody}};
}

Change<std::int64_t> SessionStore::remove(SessionId id) { return {remove_session, id, {id.value}, affected_rows}; }

Change<std::int64_t> SessionStore::remove_with_secret(SessionId id, std::string secret_hash) {
  return {remove_session_with_secret, id, {id.value, Blob{std::move(secret_hash)}}, affected_rows};
}

Change<std::int64_t> SessionStore::remove_active_of_user(UserId user, TimePoint now) {
  return {remove_active_sessions_of_user, user, {user.value, now}, affected_rows};
}

Change<void> SessionStore::remove_of_user(UserId user) { return {remove_sessions_of_user, user, {user.value}}; }

Change<void> SessionStore::remove_of_staged_users() { return {remove_sessions_of_staged_users, {}}; }

Change<std::int64_t> SessionStore::delete_expired(TimePoint now, database::HeldLease lease) {
  return {delete_expired_sessions,
          {now, cleanup_sessions_max, std::move(lease.name), std::move(lease.holder)},
          database::affected_rows};
}

Task<std::optional<StoredSession>> SessionStore::find(SessionId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(find_session, std::move(parameters));
  co_return read_found(rows);
}

Task<std::optional<StoredSession>> SessionStore::find_on_standby(SessionId id) {
  Parameters parameters{id.value};
  const auto rows = co_await database_.query_standby(find_session, std::move(parameters));
  if (!rows) co_return std::nullopt;
  co_return read_found(*rows);
}

Task<std::optional<ActiveSession>> SessionStore::find_active(SessionId id, UserId user, TimePoint now) {
  Parameters parameters{id.value, user.value, now};
  const Rows rows = co_await database_.query(find_active_session, std::move(parameters));
  co_return read_active(rows);
}

Task<std::optional<ActiveSession>> SessionStore::find_active_on_standby(SessionId id, UserId user, TimePoint now) {
  Parameters parameters{id.value, user.value, now};
  const auto rows = co_await database_.query_standby(find_active_session, std::move(parameters));
  if (!rows) co_return std::nullopt;
  co_return read_active(*rows);
}

Task<bool> SessionStore::renew(Renewal renewal) {
  Parameters parameters{renewal.id.value, renewal.expires_at, renewal.now, renewal.seen_before};
  Change<std::int64_t> change{renew_session, std::move(parameters), affected_rows};
  co_return co_await database_.commit(std::move(change)) == 1;
}

Change<std::optional<RotatedSession>> SessionStore::rotate(Rotation rotation, TimePoint seen_after) {
  return {rotate_session, parameters_of(std::move(rotation), seen_after), read_rotated};
}

Change<std::optional<RotatedSession>> SessionStore::rotate_and_renew(Rotation rotation, TimePoint expires_at) {
  return {rotate_and_renew_session, parameters_of(std::move(rotation), expires_at), read_rotated};
}

Task<std::optional<RefreshableSession>> SessionStore::find_refreshable(SessionId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(find_refreshable_session, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return read_refreshable(rows[0]);
}

Task<std::vector<SessionInfo>> SessionStore::list(UserId user, TimePoint now) {
  Parameters parameters{user.value, now, list_sessions_max};
  const Rows rows = co_await database_.query(list_sessions, std::move(parameters));
  std::vector<SessionInfo> sessions;
  sessions.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) sessions.push_back(read_info(rows[i]));
  co_return sessions;
}

Task<double> SessionStore::estimate(TimePoint now) {
  constexpr double sample_size = 1000;
  Parameters parameters{now};
  const Rows rows = co_await database_.query(sample_sessions, std::move(parameters));
  if (rows[0].is_null(0)) co_return 0;
  co_return static_cast<double>(rows[0].integer(0)) * static_cast<double>(rows[0].integer(1)) / sample_size;
}

Task<std::int64_t> SessionStore::count(UserId user, TimePoint now) {
  Parameters parameters{user.value, now};
  const Rows rows = co_await database_.query(count_sessions, std::move(parameters));
  co_return rows[0].integer(0);
}

}  // namespace gatehouse::sessions
