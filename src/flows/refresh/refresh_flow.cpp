#include "flows/refresh/refresh_flow.hpp"

#include <utility>

#include "base/base64url.hpp"
#include "base/session_mark.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::flows {

using audit::AuditStore;
using sessions::RefreshableSession;
using sessions::RefreshVerdict;
using sessions::SessionStore;

namespace {

std::optional<std::string> hash_of(const std::optional<std::string>& attempt) {
  if (!attempt) return std::nullopt;
  return crypto::sha256(*attempt);
}

constexpr RefreshOutcome outcome_of(RefreshError error) {
  switch (error) {
    case RefreshError::invalid:
      return RefreshOutcome::invalid;
    case RefreshError::expired:
      return RefreshOutcome::expired;
    case RefreshError::reused:
      return RefreshOutcome::reused;
  }
  return RefreshOutcome::invalid;
}

/// One notice for each session, however many requests detect the reuse at once.
Notice notice_of_reuse(const RefreshableSession& session, SessionId id, const Asker& asker) {
  const SessionMark mark = SessionMark::of(session.secret_hash);
  return {.kind = mail::Kind::new_device,
          .user = session.user,
          .languages = asker.languages,
          .variables = {{"address", asker.address}, {"user_agent", asker.user_agent}, {"token_reused", "yes"}},
          .dedupe_key = "refresh-reused " + std::to_string(id.value) + " " + to_base64url(mark.view())};
}

audit::Event event_of_reuse(std::int64_t presented, std::int64_t current, TimePoint now, audit::Origin origin) {
  audit::Event event{.type = audit::EventType::refresh_reused,
                     .at = now,
                     .origin = std::move(origin),
                     .outcome = audit::Outcome::refused,
                     .reason = "token_reused"};
  json::Writer{event.details}.begin_object().member("generation", presented).member("current", current).end_object();
  return event;
}

}  // namespace

RefreshFlow::RefreshFlow(const Parts& parts)
    : database_(parts.database),
      store_(parts.database),
      pairs_(parts.pairs),
      letters_(parts.letters),
      counts_(parts.counts),
      lifetime_{.ttl = parts.settings.ttl, .absolute_ttl = parts.settings.absolute_ttl},
      grace_(parts.settings.refresh_grace),
      clock_(parts.clock) {}

Task<RefreshFlow::Outcome> RefreshFlow::refresh(RefreshRequest request) {
  auto outcome = co_await exchange(std::move(request));
  if (!outcome) counts_.refreshes.add(outcome_of(outcome.error()));
  co_return outcome;
}

Task<RefreshFlow::Outcome> RefreshFlow::exchange(RefreshRequest request) {
  const auto reference = pairs_.sealer().open(request.token.reveal());
  if (!reference) co_return std::unexpected(RefreshError::invalid);
  Presented presented{.reference = *reference,
                      .secret_hash = crypto::sha256(sessions::bytes_of(reference->secret)),
                      .refresh = {.generation = reference->generation, .attempt_hash = hash_of(request.attempt)},
                      .client_id = request.asker.origin.actor,
                      .audience = request.asker.audience,
                      .now = clock_.now()};
  const auto rotated = co_await rotate(presented);
  if (!rotated) co_return co_await take_again(std::move(presented), std::move(request.asker));
  const sessions::SessionTimes times = lifetime_.bounded(rotated->times);
  if (times.expires_at <= presented.now) co_return std::unexpected(RefreshError::expired);
  counts_.refreshes.add(RefreshOutcome::rotated);
  co_return successor(presented, rotated->user, times);
}

/// Most refreshes need no renewal, which costs the database more.
Task<std::optional<sessions::RotatedSession>> RefreshFlow::rotate(const Presented& presented) {
  const sessions::Rotation rotation{.id = presented.reference.id,
                                    .secret_hash = presented.secret_hash,
                                    .from_generation = presented.refresh.generation,
                                    .attempt_hash = presented.refresh.attempt_hash,
                                    .now = presented.now};
  auto change = SessionStore::rotate(rotation, presented.now - lifetime_.renewal_interval());
  auto rotated = co_await database_.commit(std::move(change));
  if (rotated) co_return rotated;
  auto renewing = SessionStore::rotate_and_renew(rotation, presented.now + lifetime_.ttl);
  co_return co_await database_.commit(std::move(renewing));
}

/// The token was not rotated: somebody else has done so, or the session is over.
Task<RefreshFlow::Outcome> RefreshFlow::take_again(Presented presented, Asker asker) {
  auto session = co_await store_.find_refreshable(presented.reference.id);
  if (!session || !equal_in_constant_time(session->secret_hash, presented.secret_hash)) {
    co_return std::unexpected(RefreshError::invalid);
  }
  session->times = lifetime_.bounded(session->times);
  switch (sessions::judge(*session, presented.refresh, presented.now, grace_)) {
    case RefreshVerdict::repeated:
      counts_.refreshes.add(RefreshOutcome::repeated);
      co_return successor(presented, session->user, session->times);
    case RefreshVerdict::reused:
      co_return std::unexpected(co_await end_reused(std::move(presented), *std::move(session), std::move(asker)));
    case RefreshVerdict::expired:
      co_return std::unexpected(RefreshError::expired);
    case RefreshVerdict::refused:
      break;
    case RefreshVerdict::current:
      throw database::Unavailable{database::Unavailable::Reason::overload, "the session was changed by hand"};
  }
  co_return std::unexpected(RefreshError::invalid);
}

/// Like a logout: the row is locked first, and the event recorded before the row goes.
Task<RefreshError> RefreshFlow::end_reused(Presented presented, RefreshableSession session, Asker asker) {
  const SessionId id = presented.reference.id;
  database::Changes changes;
  changes.add(SessionStore::lock(id));
  auto event = event_of_reuse(presented.refresh.generation, session.state->generation, presented.now, asker.origin);
  changes.add(AuditStore::record_of_session(std::move(event), id, presented.secret_hash));
  const auto removed = changes.add(SessionStore::remove_with_secret(id, presented.secret_hash));
  Notice notice = notice_of_reuse(session, id, asker);
  CountedMail mail = co_await letters_.add_notice(changes, std::move(notice));
  const auto committed = co_await database_.commit(std::move(changes));
  mail.keep();
  co_return committed.result(removed) > 0 ? RefreshError::reused : RefreshError::invalid;
}

Refreshed RefreshFlow::successor(const Presented& presented, UserId user, const sessions::SessionTimes& times) const {
  sessions::RefreshReference next = presented.reference;
  next.generation += 1;
  const tokens::Grant grant{.user = user,
                            .session = next.id,
                            .mark = SessionMark::of(presented.secret_hash),
                            .authenticated_at = times.created_at,
                            .client_id = presented.client_id,
                            .audience = presented.audience,
                            .session_ends_at = times.expires_at};
  return {.user = user, .pair = pairs_.issue(grant, next), .session_expires_at = times.expires_at};
}

}  // namespace gatehouse::flows
