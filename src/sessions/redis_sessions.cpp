#include "sessions/redis_sessions.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "sessions/sharing_scripts.hpp"

namespace gatehouse::sessions {
namespace {

void count(std::atomic<std::uint64_t>& number) { number.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

Task<SharedSessions::Finding> RedisSessions::find(SessionId id) {
  Finding finding;
  finding.ticket = parts_.epoch.begin({.keys = keys_->tag(), .server = parts_.client.server()}, id);
  if (!finding.ticket) co_return finding;
  const std::string name = keys_->name_of({Ended::Kind::session, id.value});
  redis::Invocation invocation = reading(finding.ticket->epoch, name);
  const auto reply = co_await parts_.client.run(std::move(invocation));
  if (!reply) {
    count(parts_.counts.unanswered);
    finding.ticket.reset();
    co_return finding;
  }
  if (reply->kind == redis::Reply::Kind::nothing) {
    count(parts_.counts.misses);
    co_return finding;
  }
  finding.session = believed(*reply, *finding.ticket, id, name);
  count(finding.session ? parts_.counts.hits : parts_.counts.refused);
  co_return finding;
}

/// An entry that is older than any entry can be was put there by somebody else.
std::optional<StoredSession> RedisSessions::believed(const redis::Reply& reply, const SharedEpoch::Ticket& ticket,
                                                     SessionId id, std::string_view name) const {
  if (reply.kind != redis::Reply::Kind::text) return std::nullopt;
  auto row = keys_->open(reply.text, entry_key(ticket.epoch, name));
  if (!row) return std::nullopt;
  const bool is_too_old = row->read_at.ms + user_end_life.count() < ticket.now.ms;
  if (is_too_old || !parts_.epoch.is_good(ticket, id, row->session.user)) return std::nullopt;
  return std::move(row->session);
}

/// Sends the script's text, because nobody would read the answer that the script is not known.
void RedisSessions::fill(const SharedEpoch::Ticket& ticket, SessionId id, const StoredSession& session) {
  if (!session.owner || !parts_.epoch.is_good(ticket, id, session.user)) return;
  const auto left = std::chrono::floor<std::chrono::milliseconds>(session.times.expires_at - parts_.clock.now());
  if (left.count() <= 0) return;
  std::string name = keys_->name_of({Ended::Kind::session, id.value});
  std::string sealed =
      keys_->seal({.session = session, .read_at = ticket.now}, entry_key(ticket.epoch, name), parts_.random);
  const auto invocation = filling({.epoch = ticket.epoch,
                                   .session = std::move(name),
                                   .user = keys_->name_of({Ended::Kind::user, session.user.value}),
                                   .read_at = ticket.now,
                                   .sealed = std::move(sealed),
                                   .life = std::min(left, shared_entry_life)});
  parts_.client.tell(invocation.by_text());
  count(parts_.counts.fills);
}

}  // namespace gatehouse::sessions
