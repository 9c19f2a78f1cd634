#include "sessions/session_cache_shard.hpp"

#include <algorithm>
#include <new>

#include "base/secret_string.hpp"

namespace gatehouse::sessions {
namespace {

constexpr std::size_t bucket_count_min = 64;

/// Spreads consecutive ids over all bits (the finaliser of SplitMix64; Steele, Lea, Flood 2014).
std::uint64_t mix(std::int64_t id) noexcept {
  auto x = static_cast<std::uint64_t>(id);
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace

std::size_t SessionCacheShard::HashOf::operator()(SessionId id) const noexcept { return mix(id.value); }

SessionCacheShard::~SessionCacheShard() { remove_all(); }

std::uint64_t SessionCacheShard::generation() const {
  const std::scoped_lock lock{mutex_};
  return generation_;
}

void SessionCacheShard::insert(std::uint64_t generation, const CachedSession& session) noexcept {
  const std::scoped_lock lock{mutex_};
  if (!trusted_ || generation != generation_) return;
  if (Entry* known = find(session.principal.session)) {
    if (!session.profile && known->has_profile && known->valid_until >= session.valid_until) return;
    remove(*known);
  }
  grow_tables();
  if (bucket_count_ == 0 || !make_room(Entry::footprint_of(session))) return;
  if (Entry* entry = Entry::create(session)) link(*entry);
}

bool SessionCacheShard::find(SessionId id, const SessionSecret& secret, TimePoint now, SessionView& view) {
  const std::scoped_lock lock{mutex_};
  Entry* entry = find_valid(id, now);
  const bool hit =
      entry != nullptr && entry->has_profile && equal_in_constant_time(bytes_of(entry->secret), bytes_of(secret));
  ++(hit ? statistics_.hits : statistics_.misses);
  if (!hit) return false;
  view.assign(entry->principal, entry->profile());
  make_most_recent(*entry);
  return true;
}

CachedVerdict SessionCacheShard::find(const TokenSession& session, TimePoint now, SessionView& view) {
  const std::scoped_lock lock{mutex_};
  Entry* entry = find_valid(session.id, now);
  const bool is_another = entry != nullptr && !entry->is(session);
  const bool hit = entry != nullptr && (is_another || entry->has_profile);
  ++(hit ? statistics_.hits : statistics_.misses);
  if (!hit) return CachedVerdict::unknown;
  make_most_recent(*entry);
  if (is_another) return CachedVerdict::refused;
  view.assign(entry->principal, entry->profile());
  return CachedVerdict::active;
}

std::optional<bool> SessionCacheShard::is_active(const TokenSession& session, TimePoint now) {
  const std::scoped_lock lock{mutex_};
  Entry* entry = find_valid(session.id, now);
  ++(entry != nullptr ? statistics_.hits : statistics_.misses);
  if (entry == nullptr) return std::nullopt;
  make_most_recent(*entry);
  return entry->is(session);
}

void SessionCacheShard::drop_session(SessionId id) noexcept {
  const std::scoped_lock lock{mutex_};
  ++generation_;
  if (Entry* entry = find(id)) remove(*entry);
}

void SessionCacheShard::drop_user(UserId user) noexcept {
  const std::scoped_lock lock{mutex_};
  ++generation_;
  if (bucket_count_ == 0) return;
  Chain& chain = chain_of(user);
  for (auto next = chain.begin(); next != chain.end();) {
    Entry& entry = *next++;
    if (entry.principal.user == user) remove(entry);
  }
}

void SessionCacheShard::reset(bool trusted) noexcept {
  const std::scoped_lock lock{mutex_};
  ++generation_;
  trusted_ = trusted;
  remove_all();
}

void SessionCacheShard::clear() noexcept {
  const std::scoped_lock lock{mutex_};
  ++generation_;
  remove_all();
}

void SessionCacheShard::add_statistics(SessionCacheStatistics& sum) const {
  const std::scoped_lock lock{mutex_};
  sum.hits += statistics_.hits;
  sum.misses += statistics_.misses;
  sum.evictions += statistics_.evictions;
  sum.sessions += statistics_.sessions;
  sum.bytes += statistics_.bytes;
}

std::size_t SessionCacheShard::table_bytes(std::size_t buckets) noexcept {
  return buckets * sizeof(Index::bucket_type) + buckets / 2 * sizeof(Chain);
}

SessionCacheShard::Chain& SessionCacheShard::chain_of(UserId user) const noexcept {
  return chains_[mix(user.value) & (bucket_count_ / 2 - 1)];
}

SessionCacheShard::Entry* SessionCacheShard::find(SessionId id) noexcept {
  const auto found = by_session_.find(id);
  return found == by_session_.end() ? nullptr : &*found;
}

SessionCacheShard::Entry* SessionCacheShard::find_valid(SessionId id, TimePoint now) noexcept {
  Entry* entry = find(id);
  return entry != nullptr && now < entry->valid_until ? entry : nullptr;
}

bool SessionCacheShard::make_room(std::size_t bytes) noexcept {
  if (bytes + table_bytes(bucket_count_) > bytes_max_) return false;
  while (statistics_.bytes + bytes > bytes_max_) {
    remove(by_use_.back());
    ++statistics_.evictions;
  }
  return true;
}

void SessionCacheShard::grow_tables() noexcept {
  if (statistics_.sessions < bucket_count_) return;
  const std::size_t count = std::max(bucket_count_min, bucket_count_ * 2);
  // Longer chains are better than fewer sessions: the tables take at most an eighth of the budget.
  if (table_bytes(count) > bytes_max_ / 8) return;
  Buckets buckets{new (std::nothrow) Index::bucket_type[count]};
  Chains chains{new (std::nothrow) Chain[count / 2]};
  if (!buckets || !chains) return;

  by_session_.rehash(Index::bucket_traits(buckets.get(), count));
  statistics_.bytes += table_bytes(count) - table_bytes(bucket_count_);
  for (std::size_t i = 0; i < bucket_count_ / 2; ++i) chains_[i].clear();
  buckets_ = std::move(buckets);
  chains_ = std::move(chains);
  bucket_count_ = count;
  for (Entry& entry : by_use_) chain_of(entry.principal.user).push_front(entry);
}

void SessionCacheShard::link(Entry& entry) noexcept {
  by_session_.insert(entry);
  chain_of(entry.principal.user).push_front(entry);
  by_use_.push_front(entry);
  ++statistics_.sessions;
  statistics_.bytes += entry.footprint();
}

void SessionCacheShard::make_most_recent(Entry& entry) noexcept {
  by_use_.splice(by_use_.begin(), by_use_, Recency::s_iterator_to(entry));
}

void SessionCacheShard::remove(Entry& entry) noexcept {
  by_session_.erase(by_session_.iterator_to(entry));
  chain_of(entry.principal.user).erase(Chain::s_iterator_to(entry));
  by_use_.erase(Recency::s_iterator_to(entry));
  --statistics_.sessions;
  statistics_.bytes -= entry.footprint();
  Entry::destroy(&entry);
}

void SessionCacheShard::remove_all() noexcept {
  while (!by_use_.empty()) remove(by_use_.front());
}

}  // namespace gatehouse::sessions
