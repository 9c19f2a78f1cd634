#include "sessions/session_service.hpp"

#include <algorithm>
#include <span>

#include "base/calendar.hpp"
#include "base/secret_string.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::sessions {
namespace {

std::string hash_of(const SessionSecret& secret) { return crypto::sha256(bytes_of(secret)); }

Profile profile_of(const StoredSession& session) {
  return {
      .email = session.owner->email, .first_name = session.owner->first_name, .last_name = session.owner->last_name};
}

/// Why the session is refused at `now`, if it is. A session with another secret is not the one that was asked for.
std::optional<SessionError> refusal(const std::optional<StoredSession>& session, const SessionSecret& secret,
                                    TimePoint now) {
  if (!session) return SessionError::not_found;
  if (!equal_in_constant_time(session->secret_hash, hash_of(secret))) return SessionError::not_found;
  if (!session->owner) return SessionError::user_not_found;
  if (session->times.expires_at <= now) return SessionError::expired;
  return std::nullopt;
}

}  // namespace

SessionTimes SessionLifetime::bounded(SessionTimes times) const {
  if (times.absolute_expires_at == calendar_end) {
    const bool has_beginning = times.created_at != calendar_end;
    times.absolute_expires_at = has_beginning ? times.created_at + absolute_ttl : calendar_begin;
  }
  times.expires_at = std::min(times.expires_at, times.absolute_expires_at);
  return times;
}

SessionService::SessionService(database::Database& database, SessionCache& cache, const SessionSealer& sealer,
                               const Clock& clock, crypto::Random& random, const SessionSettings& settings,
                               SharedSessions* shared)
    : store_(database),
      cache_(cache),
      sealer_(&sealer),
      clock_(clock),
      random_(random),
      lifetime_{.ttl = settings.ttl, .absolute_ttl = settings.absolute_ttl},
      shared_(shared),
      opened_(random) {}

std::optional<SessionReference> SessionService::open_sealed(std::string_view sealed) {
  if (const SessionReference* known = opened_.find(sealed)) return *known;
  const auto reference = sealer_->open(sealed);
  if (reference) opened_.remember(sealed, *reference);
  return reference;
}

CachedVerdict SessionService::verify_cached(std::string_view sealed, SessionView& view) {
  const auto reference = open_sealed(sealed);
  if (!reference) return CachedVerdict::refused;
  const bool known = cache_.find(reference->id, reference->secret, clock_.now(), view);
  return known ? CachedVerdict::active : CachedVerdict::unknown;
}

Task<std::expected<SessionView, SessionError>> SessionService::verify(std::string sealed) {
  const auto reference = open_sealed(sealed);
  if (!reference) co_return std::unexpected(SessionError::invalid);

  const auto ticket = cache_.begin_fill(reference->id);
  auto known = co_await find(*reference);
  if (!known) co_return std::unexpected(known.error());
  Found session = std::move(known->session);
  const TimePoint now = clock_.now();
  const bool is_due = now - session->updated_at >= lifetime_.renewal_interval();
  if (is_due) session = co_await renew(*reference, *std::move(session), now);
  if (!session) co_return std::unexpected(session.error());
  if (is_due || !known->is_shared) share(known->ticket, reference->id, *session);

  const Principal principal{.user = session->user, .session = reference->id, .expires_at = session->times.expires_at};
  const Profile profile = profile_of(*session);
  cache_.insert(ticket,
                {.principal = principal,
                 .secret = reference->secret,
                 .mark = SessionMark::of(session->secret_hash),
                 .valid_until = std::min(session->times.expires_at, session->updated_at + lifetime_.renewal_interval()),
                 .profile = profile});
  co_return SessionView{principal, profile};
}

/// What replicas share, or a standby, may say that the session is good; only the primary refuses one. Only the
/// primary's rows are shared, because a standby's row may be older than a change that others have heard of.
Task<std::expected<SessionService::Known, SessionError>> SessionService::find(SessionReference reference) {
  auto shared = co_await find_shared(reference.id);
  if (!refusal(shared.session, reference.secret, clock_.now())) {
    co_return Known{.session = *std::move(shared.session), .ticket = std::move(shared.ticket), .is_shared = true};
  }
  if (!shared.ticket && store_.has_standbys()) {
    auto session = co_await store_.find_on_standby(reference.id);
    if (session) session->times = lifetime_.bounded(session->times);
    if (!refusal(session, reference.secret, clock_.now())) co_return Known{.session = *std::move(session)};
  }
  auto session = co_await find_on_primary(reference);
  if (!session) co_return std::unexpected(session.error());
  co_return Known{.session = *std::move(session), .ticket = std::move(shared.ticket)};
}

Task<SharedSessions::Finding> SessionService::find_shared(SessionId id) {
  if (shared_ == nullptr) co_return SharedSessions::Finding{};
  auto finding = co_await shared_->find(id);
  if (finding.session) finding.session->times = lifetime_.bounded(finding.session->times);
  co_return std::move(finding);
}

void SessionService::share(const std::optional<SharedEpoch::Ticket>& ticket, SessionId id,
                           const StoredSession& session) {
  if (ticket) shared_->fill(*ticket, id, session);
}

Task<SessionService::Found> SessionService::find_on_primary(SessionReference reference) {
  auto session = co_await store_.find(reference.id);
  if (session) session->times = lifetime_.bounded(session->times);
  if (const auto error = refusal(session, reference.secret, clock_.now())) co_return std::unexpected(*error);
  co_return *std::move(session);
}

Task<SessionService::Found> SessionService::renew(SessionReference reference, StoredSession session, TimePoint now) {
  const Renewal renewal{.id = reference.id,
                        .now = now,
                        .expires_at = std::min(now + lifetime_.ttl, session.times.absolute_expires_at),
                        .seen_before = now - lifetime_.renewal_interval()};
  try {
    if (co_await store_.renew(renewal)) {
      session.times.expires_at = renewal.expires_at;
      session.updated_at = now;
      co_return session;
    }
  } catch (const database::Unavailable& failure) {
    // Somebody keeps the row locked. The session is good as it was read, and the next check renews it.
    if (failure.reason() != database::Unavailable::Reason::overload) throw;
    co_return session;
  }
  // It ended in between, or another request renewed it first; the row says which.
  co_return co_await find_on_primary(reference);
}

std::optional<bool> SessionService::is_active_cached(const TokenSession& session, TimePoint now) {
  return cache_.is_active(session, now);
}

Task<bool> SessionService::is_active(TokenSession session) {
  const auto ticket = cache_.begin_fill(session.id);
  const TimePoint now = clock_.now();
  const auto found = co_await find_active_of_token(session, now);
  const TimePoint expires_at = found ? lifetime_.bounded(found->times).expires_at : now;
  if (expires_at <= now) co_return false;
  const Principal principal{.user = session.user, .session = session.id, .expires_at = expires_at};
  cache_.insert(ticket,
                {.principal = principal, .secret = {}, .mark = found->mark, .valid_until = expires_at, .profile = {}});
  co_return session.mark.value_or(found->mark) == found->mark;
}

/// A standby's answer counts only if it is good, as in find(). If replicas share sessions, the whole row is read.
Task<std::optional<ActiveSession>> SessionService::find_active_of_token(TokenSession session, TimePoint now) {
  if (shared_ != nullptr) {
    const auto found = co_await find_of_token(session, now);
    if (!found) co_return std::nullopt;
    co_return ActiveSession{.mark = SessionMark::of(found->secret_hash), .times = found->times};
  }
  if (store_.has_standbys()) {
    const auto found = co_await store_.find_active_on_standby(session.id, session.user, now);
    const bool is_good =
        found && lifetime_.bounded(found->times).expires_at > now && session.mark.value_or(found->mark) == found->mark;
    if (is_good) co_return found;
  }
  co_return co_await store_.find_active(session.id, session.user, now);
}

Task<std::optional<StoredSession>> SessionService::find_of_token(TokenSession session, TimePoint now) {
  auto shared = co_await find_shared(session.id);
  if (is_of_token(shared.session, session, now)) co_return std::move(shared.session);
  if (!shared.ticket && store_.has_standbys()) {
    auto found = co_await store_.find_on_standby(session.id);
    if (is_of_token(found, session, now)) co_return std::move(found);
  }
  auto found = co_await store_.find(session.id);
  if (!is_of_token(found, session, now)) co_return std::nullopt;
  share(shared.ticket, session.id, *found);
  co_return std::move(found);
}

/// An active session of the token's user, and not another one with the same id.
bool SessionService::is_of_token(const std::optional<StoredSession>& found, const TokenSession& session,
                                 TimePoint now) const {
  if (!found || !found->owner || found->user != session.user) return false;
  const SessionMark mark = SessionMark::of(found->secret_hash);
  return lifetime_.bounded(found->times).expires_at > now && session.mark.value_or(mark) == mark;
}

/// Remembered without the secret, which no token has: if the sealed session is shown, it is looked up once more.
Task<std::optional<SessionView>> SessionService::find_active(TokenSession session) {
  const auto ticket = cache_.begin_fill(session.id);
  const TimePoint now = clock_.now();
  const auto found = co_await find_of_token(session, now);
  if (!found) co_return std::nullopt;
  const TimePoint expires_at = lifetime_.bounded(found->times).expires_at;
  const SessionMark mark = SessionMark::of(found->secret_hash);
  const Principal principal{.user = found->user, .session = session.id, .expires_at = expires_at};
  const Profile profile = profile_of(*found);
  cache_.insert(ticket,
                {.principal = principal, .secret = {}, .mark = mark, .valid_until = expires_at, .profile = profile});
  co_return SessionView{principal, profile};
}

std::optional<SessionRow> SessionService::row_of(std::string_view sealed) {
  const auto reference = open_sealed(sealed);
  if (!reference) return std::nullopt;
  return SessionRow{.id = reference->id, .secret_hash = hash_of(reference->secret)};
}

Task<std::vector<SessionInfo>> SessionService::list(UserId user) { return store_.list(user, clock_.now()); }

SessionDraft SessionService::draft(UserId user, std::string password_hash, Client client) const {
  SessionSecret secret;
  random_.fill(std::as_writable_bytes(std::span{secret}));
  const TimePoint now = clock_.now();
  return {.secret = secret,
          .row = {.user = user,
                  .password_hash = std::move(password_hash),
                  .secret_hash = hash_of(secret),
                  .created_at = now,
                  .expires_at = now + std::min(lifetime_.ttl, lifetime_.absolute_ttl),
                  .absolute_expires_at = now + lifetime_.absolute_ttl,
                  .client = std::move(client)}};
}

OpenedSession SessionService::open(const SessionDraft& draft, SessionId id) const {
  return {.id = id,
          .sealed = sealer_->seal({.id = id, .secret = draft.secret}, random_),
          .expires_at = draft.row.expires_at};
}

}  // namespace gatehouse::sessions
