#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "sessions/session_cache.hpp"
#include "sessions/session_cache_entry.hpp"

namespace gatehouse::sessions {

/// A sixteenth of the cache: one mutex, and under it one allocation per session.
///
/// Invariants. Each entry is in three structures at once: the index by session id, the chain of its user's bucket,
/// and the list from most to least recently used. Only link() and remove() change which entries there are, and they
/// change all three and the statistics. While trusted_ is false there are none. generation_ changes with each
/// invalidation, so a fill that began before one is recognised.
///
/// Any thread. Every call is short: a lookup copies a profile, an invalidation unlinks what it names.
class alignas(64) SessionCacheShard {
 public:
  explicit SessionCacheShard(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ~SessionCacheShard();
  SessionCacheShard(const SessionCacheShard&) = delete;
  SessionCacheShard& operator=(const SessionCacheShard&) = delete;

  [[nodiscard]] std::uint64_t generation() const;
  void insert(std::uint64_t generation, const CachedSession& session) noexcept;
  [[nodiscard]] bool find(SessionId id, const SessionSecret& secret, TimePoint now, SessionView& view);
  [[nodiscard]] CachedVerdict find(const TokenSession& session, TimePoint now, SessionView& view);
  [[nodiscard]] std::optional<bool> is_active(const TokenSession& session, TimePoint now);

  void drop_session(SessionId id) noexcept;
  void drop_user(UserId user) noexcept;
  /// Forgets everything. From then on it stores what is inserted if `trusted`, and nothing otherwise.
  void reset(bool trusted) noexcept;
  /// Forgets everything.
  void clear() noexcept;

  void add_statistics(SessionCacheStatistics& sum) const;

 private:
  using Entry = SessionCacheEntry;
  struct SessionOf {
    using type = SessionId;
    const SessionId& operator()(const Entry& entry) const noexcept { return entry.principal.session; }
  };
  struct HashOf {
    std::size_t operator()(SessionId id) const noexcept;
  };
  using Index =
      boost::intrusive::unordered_set<Entry, boost::intrusive::member_hook<Entry, Entry::IndexHook, &Entry::by_session>,
                                      boost::intrusive::key_of_value<SessionOf>, boost::intrusive::hash<HashOf>,
                                      boost::intrusive::power_2_buckets<true>,
                                      boost::intrusive::constant_time_size<false>>;
  using Chain = boost::intrusive::list<Entry, boost::intrusive::member_hook<Entry, Entry::ListHook, &Entry::by_user>,
                                       boost::intrusive::constant_time_size<false>>;
  using Recency = boost::intrusive::list<Entry, boost::intrusive::member_hook<Entry, Entry::ListHook, &Entry::by_use>,
                                         boost::intrusive::constant_time_size<false>>;
  using Buckets = std::unique_ptr<Index::bucket_type[]>;
  using Chains = std::unique_ptr<Chain[]>;

  [[nodiscard]] static std::size_t table_bytes(std::size_t buckets) noexcept;
  [[nodiscard]] Chain& chain_of(UserId user) const noexcept;
  [[nodiscard]] Entry* find(SessionId id) noexcept;
  [[nodiscard]] Entry* find_valid(SessionId id, TimePoint now) noexcept;
  [[nodiscard]] bool make_room(std::size_t bytes) noexcept;
  void grow_tables() noexcept;
  void link(Entry& entry) noexcept;
  void make_most_recent(Entry& entry) noexcept;
  void remove(Entry& entry) noexcept;
  void remove_all() noexcept;

  const std::size_t bytes_max_;

  mutable std::mutex mutex_;

  // Guarded by mutex_.
  bool trusted_ = false;  ///< other processes' changes are known to arrive
  std::uint64_t generation_ = 0;
  std::array<Index::bucket_type, 1> no_buckets_;  ///< of the index before the first insert
  Buckets buckets_;
  Chains chains_;                 ///< half as many as buckets
  std::size_t bucket_count_ = 0;  ///< a power of two, or 0 before the first insert
  Index by_session_{Index::bucket_traits(no_buckets_.data(), no_buckets_.size())};
  Recency by_use_;  ///< the most recently used first
  SessionCacheStatistics statistics_;
};

}  // namespace gatehouse::sessions
