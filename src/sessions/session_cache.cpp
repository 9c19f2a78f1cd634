#include "sessions/session_cache.hpp"

#include "sessions/session_cache_shard.hpp"
#include "sessions/topics.hpp"

namespace gatehouse::sessions {

SessionCache::SessionCache(std::size_t bytes_max, const BootClock& clock) : enabled_(bytes_max > 0), clock_(clock) {
  for (auto& shard : shards_) shard = std::make_unique<SessionCacheShard>(bytes_max / shard_count);
}

SessionCache::~SessionCache() = default;

/// Multiplicative hashing (Knuth, The Art of Computer Programming 6.4): the top bits, so that they have nothing to do
/// with the bucket within the shard.
SessionCacheShard& SessionCache::shard_of(SessionId id) const noexcept {
  return *shards_[(static_cast<std::uint64_t>(id.value) * 0x9e3779b97f4a7c15) >> 60];
}

SessionCache::FillTicket SessionCache::begin_fill(SessionId id) { return {shard_of(id).generation()}; }

void SessionCache::insert(FillTicket ticket, const CachedSession& session) noexcept {
  if (enabled_) shard_of(session.principal.session).insert(ticket.generation, session);
}

/// The load orders nothing, and need not: what is known to be over was dropped under its shard's lock.
bool SessionCache::may_answer() const noexcept {
  return enabled_ && clock_.now() < trusted_until_.load(std::memory_order_relaxed);
}

bool SessionCache::find(SessionId id, const SessionSecret& secret, TimePoint now, SessionView& view) {
  return may_answer() && shard_of(id).find(id, secret, now, view);
}

CachedVerdict SessionCache::find(const TokenSession& session, TimePoint now, SessionView& view) {
  if (!may_answer()) return CachedVerdict::unknown;
  return shard_of(session.id).find(session, now, view);
}

std::optional<bool> SessionCache::is_active(const TokenSession& session, TimePoint now) {
  if (!may_answer()) return std::nullopt;
  return shard_of(session.id).is_active(session, now);
}

void SessionCache::drop_session(SessionId id) noexcept {
  invalidations_.fetch_add(1, std::memory_order_relaxed);
  shard_of(id).drop_session(id);
}

void SessionCache::drop_user(UserId user) noexcept {
  invalidations_.fetch_add(1, std::memory_order_relaxed);
  for (const auto& shard : shards_) shard->drop_user(user);
}

void SessionCache::clear() noexcept {
  invalidations_.fetch_add(1, std::memory_order_relaxed);
  for (const auto& shard : shards_) shard->clear();
}

void SessionCache::on_feed_proved(BootTime trusted_until) noexcept {
  const BootTime before = trusted_until_.exchange(trusted_until, std::memory_order_relaxed);
  if (before != BootTime::min()) return;
  for (const auto& shard : shards_) shard->reset(true);
}

void SessionCache::on_feed_lost() noexcept {
  trusted_until_.store(BootTime::min(), std::memory_order_relaxed);
  for (const auto& shard : shards_) shard->reset(false);
}

void SessionCache::on_announcement(const database::Announcement& announcement) noexcept {
  if (const auto session = session_topic.id_in(announcement)) return drop_session(*session);
  if (const auto user = user_topic.id_in(announcement)) return drop_user(*user);
}

void SessionCache::on_unknown_change() noexcept { clear(); }

SessionCacheStatistics SessionCache::statistics() const {
  SessionCacheStatistics sum;
  for (const auto& shard : shards_) shard->add_statistics(sum);
  sum.invalidations = invalidations_.load(std::memory_order_relaxed);
  return sum;
}

void SessionCache::write(metrics::Page& page) const {
  const SessionCacheStatistics now = statistics();
  page.counter("gatehouse_session_cache_hits_total", "Checks of a session answered from memory.", now.hits);
  page.counter("gatehouse_session_cache_misses_total", "Checks of a session that had to ask the database.", now.misses);
  page.counter("gatehouse_session_cache_evictions_total", "Sessions dropped for room.", now.evictions);
  page.gauge("gatehouse_session_cache_bytes", "Memory of the remembered sessions.", now.bytes);
  page.gauge("gatehouse_session_cache_entries", "Sessions remembered.", now.sessions);
}

}  // namespace gatehouse::sessions
