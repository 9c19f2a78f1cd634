#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/boot_clock.hpp"
#include "base/ids.hpp"
#include "base/session_mark.hpp"
#include "base/time.hpp"
#include "database/change_observer.hpp"
#include "metrics/page.hpp"
#include "sessions/model.hpp"
#include "sessions/session_view.hpp"

namespace gatehouse::sessions {

class SessionCacheShard;

/// What the cache remembers of a session. A view, which insert() copies.
struct CachedSession {
  Principal principal;
  SessionSecret secret;
  SessionMark mark = {};
  TimePoint valid_until;  ///< the session's expiry, or its next renewal if that is earlier and a check renews it
  std::optional<Profile> profile;  ///< nullopt: the session is only known to be active
};

/// What memory alone can say about a session.
enum class CachedVerdict {
  active,   ///< a view was filled
  refused,  ///< no database needed
  unknown,  ///< the database must be asked
};

/// What the cache did since the start, and what it holds.
struct SessionCacheStatistics {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;      ///< dropped to make room
  std::uint64_t invalidations = 0;  ///< announcements and local changes
  std::size_t sessions = 0;
  std::size_t bytes = 0;
};

/// Remembers verified sessions, so that verifying one costs no query. One per process, shared by its threads.
///
/// Bounded in bytes; the least recently used session is dropped first; 0 bytes switches it off. Sixteen shards, each
/// with a mutex that is held only for a lookup or a copy.
///
/// Once a revocation is known here, the cache never answers for what was revoked:
/// - A reader takes a ticket (begin_fill) before it asks the database and hands it to insert(). An invalidation in
///   between makes the ticket worthless, so a row that was read before a revocation cannot enter the cache after it.
/// - Changes arrive as announcements, this process's own from Database::commit(), other processes' from the feed. While
///   they might be missed, from on_feed_lost() to the next on_feed_proved() and before the first one, the cache is
///   empty and stores nothing.
/// - Each answer is given only before the feed's last proof expires, on a clock that does not stop with the process.
class SessionCache final : public database::ChangeObserver {
 public:
  /// `clock` outlives the cache; the proofs of its feed use the same clock.
  SessionCache(std::size_t bytes_max, const BootClock& clock);
  ~SessionCache() override;
  SessionCache(const SessionCache&) = delete;
  SessionCache& operator=(const SessionCache&) = delete;

  /// False if it has no room and never answers.
  [[nodiscard]] bool is_enabled() const noexcept { return enabled_; }

  /// What the cache looked like before a fill: an invalidation since then makes the ticket worthless.
  struct FillTicket {
    std::uint64_t generation;
  };
  [[nodiscard]] FillTicket begin_fill(SessionId id);
  /// Ignored if the ticket has become worthless, the feed is not ready, or there is no memory. An entry with a profile
  /// is not replaced by one without a profile unless that is valid for longer.
  void insert(FillTicket ticket, const CachedSession& session) noexcept;

  /// Fills the view with the session that has this secret and returns true; false when the database must be asked.
  [[nodiscard]] bool find(SessionId id, const SessionSecret& secret, TimePoint now, SessionView& view);
  /// The same for a token's session. If all that is known is that it is active, there is no view, and the database must
  /// be asked.
  [[nodiscard]] CachedVerdict find(const TokenSession& session, TimePoint now, SessionView& view);
  /// True: that session is active. False: another session has its id. nullopt: the database must be asked.
  [[nodiscard]] std::optional<bool> is_active(const TokenSession& session, TimePoint now);

  void drop_session(SessionId id) noexcept;
  void drop_user(UserId user) noexcept;
  void clear() noexcept;

  void on_feed_proved(BootTime trusted_until) noexcept override;
  void on_feed_lost() noexcept override;
  /// session_topic and user_topic (sessions/topics.hpp) drop those; nothing remembered here depends on another topic.
  void on_announcement(const database::Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override;

  [[nodiscard]] SessionCacheStatistics statistics() const;
  /// The metrics gatehouse_session_cache_….
  void write(metrics::Page& page) const;

 private:
  static constexpr std::size_t shard_count = 16;
  [[nodiscard]] SessionCacheShard& shard_of(SessionId id) const noexcept;
  [[nodiscard]] bool may_answer() const noexcept;

  const bool enabled_;
  const BootClock& clock_;
  std::array<std::unique_ptr<SessionCacheShard>, shard_count> shards_;
  std::atomic<BootTime> trusted_until_{BootTime::min()};  ///< min() while there is no feed, and the shards are empty
  std::atomic<std::uint64_t> invalidations_{0};
};

}  // namespace gatehouse::sessions
