#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sessions/session_cache.hpp"

namespace gatehouse::sessions {

/// A sixteenth of the cache: one mutex, and under it one allocation per session, linked into three structures at once:
/// its bucket by session id, its bucket by user id, and the list from most to least recently used. No pointer leaves
/// it.
///
/// Any thread. Every call is short: a lookup copies an answer, an invalidation unlinks what it names.
class alignas(64) SessionCacheShard {
 public:
  explicit SessionCacheShard(std::size_t bytes_max) : bytes_max_(bytes_max) {}
  ~SessionCacheShard();
  SessionCacheShard(const SessionCacheShard&) = delete;
  SessionCacheShard& operator=(const SessionCacheShard&) = delete;

  [[nodiscard]] std::uint64_t generation() const;
  void insert(std::uint64_t generation, const CachedSession& session) noexcept;
  [[nodiscard]] bool answer(SessionId id, const SessionSecret& secret, TimePoint now, std::string& out);
  [[nodiscard]] std::optional<bool> is_active(SessionId id, UserId user, TimePoint now);

  void drop_session(SessionId id) noexcept;
  void drop_user(UserId user) noexcept;
  /// Forgets everything and from then on takes what is inserted, or nothing.
  void reset(bool trusted) noexcept;
  /// Forgets everything.
  void clear() noexcept;

  void add_statistics(SessionCacheStatistics& sum) const;

 private:
  struct Entry;
  /// Bucket heads of both tables; their number is a power of two, or 0 before the first insert.
  using Buckets = std::unique_ptr<Entry*[]>;

  [[nodiscard]] Entry** session_bucket(SessionId id) const noexcept;
  [[nodiscard]] Entry** user_bucket(UserId user) const noexcept;
  [[nodiscard]] Entry* find(SessionId id) const noexcept;
  [[nodiscard]] Entry* find_valid(SessionId id, TimePoint now) noexcept;
  [[nodiscard]] bool make_room(std::size_t bytes) noexcept;
  void grow_buckets() noexcept;
  void link(Entry* entry) noexcept;
  void link_into_buckets(Entry* entry) noexcept;
  void make_most_recent(Entry* entry) noexcept;
  void unlink_from_recency(Entry* entry) noexcept;
  void remove(Entry* entry) noexcept;
  void remove_all() noexcept;

  const std::size_t bytes_max_;

  mutable std::mutex mutex_;

  // Guarded by mutex_.
  bool trusted_ = false;          ///< other processes' changes are known to arrive
  std::uint64_t generation_ = 0;  ///< moves with each invalidation
  Buckets session_buckets_;
  Buckets user_buckets_;  ///< half as many
  std::size_t bucket_count_ = 0;
  Entry* most_recent_ = nullptr;
  Entry* least_recent_ = nullptr;
  SessionCacheStatistics statistics_;
};

}  // namespace gatehouse::sessions
