#include "sessions/session_cache_shard.hpp"

#include <algorithm>
#include <cstring>
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

/// What malloc takes for an object: a word of its own, rounded up to 16 bytes.
constexpr std::size_t allocated(std::size_t bytes) { return (bytes + sizeof(std::size_t) + 15) & ~std::size_t{15}; }

constexpr std::size_t bucket_bytes(std::size_t count) { return (count + count / 2) * sizeof(void*); }

}  // namespace

/// One session; its answer's characters follow it in the same allocation.
struct SessionCacheShard::Entry {
  SessionId id;
  UserId user;
  SessionSecret secret;
  TimePoint valid_until;
  Entry* next_in_session_bucket;
  Entry* next_in_user_bucket;
  Entry** link_in_user_bucket;  ///< the pointer that points here
  Entry* more_recent;
  Entry* less_recent;
  std::size_t answer_bytes;

  [[nodiscard]] char* answer() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::size_t footprint() const noexcept { return allocated(sizeof(Entry) + answer_bytes); }

  static Entry* create(const CachedSession& session) noexcept {
    void* memory = ::operator new(sizeof(Entry) + session.answer.size(), std::nothrow);
    if (memory == nullptr) return nullptr;
    auto* entry = new (memory) Entry{.id = session.id,
                                     .user = session.user,
                                     .secret = session.secret,
                                     .valid_until = session.valid_until,
                                     .next_in_session_bucket = nullptr,
                                     .next_in_user_bucket = nullptr,
                                     .link_in_user_bucket = nullptr,
                                     .more_recent = nullptr,
                                     .less_recent = nullptr,
                                     .answer_bytes = session.answer.size()};
    if (!session.answer.empty()) std::memcpy(entry->answer(), session.answer.data(), session.answer.size());
    return entry;
  }

  static void destroy(Entry* entry) noexcept {
    wipe_memory(entry->secret.data(), entry->secret.size());
    ::operator delete(entry);
  }
};

SessionCacheShard::~SessionCacheShard() { remove_all(); }

std::uint64_t SessionCacheShard::generation() const {
  const std::lock_guard lock{mutex_};
  return generation_;
}

void SessionCacheShard::insert(std::uint64_t generation, const CachedSession& session) noexcept {
  const std::lock_guard lock{mutex_};
  if (!trusted_ || generation != generation_) return;
  if (Entry* known = find(session.id)) {
    if (session.answer.empty() && known->answer_bytes != 0 && known->valid_until >= session.valid_until) return;
    remove(known);
  }
  grow_buckets();
  if (bucket_count_ == 0 || !make_room(allocated(sizeof(Entry) + session.answer.size()))) return;
  if (Entry* entry = Entry::create(session)) link(entry);
}

bool SessionCacheShard::answer(SessionId id, const SessionSecret& secret, TimePoint now, std::string& out) {
  const std::lock_guard lock{mutex_};
  Entry* entry = find_valid(id, now);
  const bool hit =
      entry != nullptr && entry->answer_bytes != 0 && equal_in_constant_time(bytes_of(entry->secret), bytes_of(secret));
  ++(hit ? statistics_.hits : statistics_.misses);
  if (!hit) return false;
  out.append(entry->answer(), entry->answer_bytes);
  make_most_recent(entry);
  return true;
}

std::optional<bool> SessionCacheShard::is_active(SessionId id, UserId user, TimePoint now) {
  const std::lock_guard lock{mutex_};
  Entry* entry = find_valid(id, now);
  ++(entry != nullptr ? statistics_.hits : statistics_.misses);
  if (entry == nullptr) return std::nullopt;
  make_most_recent(entry);
  return entry->user == user;
}

void SessionCacheShard::drop_session(SessionId id) noexcept {
  const std::lock_guard lock{mutex_};
  ++generation_;
  if (Entry* entry = find(id)) remove(entry);
}

void SessionCacheShard::drop_user(UserId user) noexcept {
  const std::lock_guard lock{mutex_};
  ++generation_;
  if (bucket_count_ == 0) return;
  Entry* entry = *user_bucket(user);
  while (entry != nullptr) {
    Entry* next = entry->next_in_user_bucket;
    if (entry->user == user) remove(entry);
    entry = next;
  }
}

void SessionCacheShard::reset(bool trusted) noexcept {
  const std::lock_guard lock{mutex_};
  ++generation_;
  trusted_ = trusted;
  remove_all();
}

void SessionCacheShard::clear() noexcept {
  const std::lock_guard lock{mutex_};
  ++generation_;
  remove_all();
}

void SessionCacheShard::add_statistics(SessionCacheStatistics& sum) const {
  const std::lock_guard lock{mutex_};
  sum.hits += statistics_.hits;
  sum.misses += statistics_.misses;
  sum.evictions += statistics_.evictions;
  sum.sessions += statistics_.sessions;
  sum.bytes += statistics_.bytes;
}

SessionCacheShard::Entry** SessionCacheShard::session_bucket(SessionId id) const noexcept {
  return &session_buckets_[mix(id.value) & (bucket_count_ - 1)];
}

SessionCacheShard::Entry** SessionCacheShard::user_bucket(UserId user) const noexcept {
  return &user_buckets_[mix(user.value) & (bucket_count_ / 2 - 1)];
}

SessionCacheShard::Entry* SessionCacheShard::find(SessionId id) const noexcept {
  if (bucket_count_ == 0) return nullptr;
  Entry* entry = *session_bucket(id);
  while (entry != nullptr && entry->id != id) entry = entry->next_in_session_bucket;
  return entry;
}

SessionCacheShard::Entry* SessionCacheShard::find_valid(SessionId id, TimePoint now) noexcept {
  Entry* entry = find(id);
  return entry != nullptr && now < entry->valid_until ? entry : nullptr;
}

bool SessionCacheShard::make_room(std::size_t bytes) noexcept {
  if (bytes + bucket_bytes(bucket_count_) > bytes_max_) return false;
  while (statistics_.bytes + bytes > bytes_max_) {
    remove(least_recent_);
    ++statistics_.evictions;
  }
  return true;
}

void SessionCacheShard::grow_buckets() noexcept {
  if (statistics_.sessions < bucket_count_) return;
  const std::size_t count = std::max(bucket_count_min, bucket_count_ * 2);
  const std::size_t added_bytes = bucket_bytes(count) - bucket_bytes(bucket_count_);
  // Longer chains are better than fewer sessions: the tables take at most an eighth of the budget.
  if (bucket_bytes(count) > bytes_max_ / 8) return;
  Buckets sessions{new (std::nothrow) Entry* [count] {}};
  Buckets users{new (std::nothrow) Entry* [count / 2] {}};
  if (!sessions || !users) return;

  session_buckets_ = std::move(sessions);
  user_buckets_ = std::move(users);
  bucket_count_ = count;
  statistics_.bytes += added_bytes;
  for (Entry* entry = most_recent_; entry != nullptr; entry = entry->less_recent) link_into_buckets(entry);
}

void SessionCacheShard::link(Entry* entry) noexcept {
  link_into_buckets(entry);
  entry->less_recent = most_recent_;
  (most_recent_ != nullptr ? most_recent_->more_recent : least_recent_) = entry;
  most_recent_ = entry;
  ++statistics_.sessions;
  statistics_.bytes += entry->footprint();
}

void SessionCacheShard::link_into_buckets(Entry* entry) noexcept {
  Entry** bucket = session_bucket(entry->id);
  entry->next_in_session_bucket = *bucket;
  *bucket = entry;

  bucket = user_bucket(entry->user);
  entry->next_in_user_bucket = *bucket;
  entry->link_in_user_bucket = bucket;
  if (*bucket != nullptr) (*bucket)->link_in_user_bucket = &entry->next_in_user_bucket;
  *bucket = entry;
}

void SessionCacheShard::make_most_recent(Entry* entry) noexcept {
  if (entry == most_recent_) return;
  unlink_from_recency(entry);
  entry->more_recent = nullptr;
  entry->less_recent = most_recent_;
  most_recent_->more_recent = entry;
  most_recent_ = entry;
}

void SessionCacheShard::unlink_from_recency(Entry* entry) noexcept {
  (entry->more_recent != nullptr ? entry->more_recent->less_recent : most_recent_) = entry->less_recent;
  (entry->less_recent != nullptr ? entry->less_recent->more_recent : least_recent_) = entry->more_recent;
}

void SessionCacheShard::remove(Entry* entry) noexcept {
  Entry** link = session_bucket(entry->id);
  while (*link != entry) link = &(*link)->next_in_session_bucket;
  *link = entry->next_in_session_bucket;

  *entry->link_in_user_bucket = entry->next_in_user_bucket;
  if (entry->next_in_user_bucket != nullptr)
    entry->next_in_user_bucket->link_in_user_bucket = entry->link_in_user_bucket;

  unlink_from_recency(entry);
  --statistics_.sessions;
  statistics_.bytes -= entry->footprint();
  Entry::destroy(entry);
}

void SessionCacheShard::remove_all() noexcept {
  while (most_recent_ != nullptr) remove(most_recent_);
}

}  // namespace gatehouse::sessions
