#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "database/observers.hpp"
#include "database/postgres/announcement_reader.hpp"
#include "database/postgres/feed_probe.hpp"
#include "sessions/session_cache.hpp"

namespace gatehouse::simulation {

using database::postgres::FeedProbe;
using Instant = FeedProbe::Instant;
using std::chrono::milliseconds;

/// The only source of randomness of a history: the same seed gives the same history.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}

  /// From 0 to bound - 1.
  [[nodiscard]] std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  [[nodiscard]] bool one_in(std::size_t count) { return below(count) == 0; }
  [[nodiscard]] milliseconds up_to(milliseconds longest) {
    return milliseconds{static_cast<std::int64_t>(below(static_cast<std::size_t>(longest.count()) + 1))};
  }

 private:
  std::mt19937_64 engine_;
};

/// What the database holds: the truth that every cache is compared with.
class Truth {
 public:
  static constexpr std::size_t user_count = 3;
  static constexpr std::size_t sessions_per_user = 3;
  static constexpr std::size_t session_count = user_count * sessions_per_user;

  struct Session {
    SessionId id;
    UserId user;
    std::optional<Instant> ended_at;
  };
  struct User {
    UserId id;
    std::vector<Instant> changes;  ///< of the profile; their number is its version
  };
  /// A session with its user's profile as one query sees them.
  struct Row {
    Session session;
    std::size_t version;
  };

  Truth();

  [[nodiscard]] Row read(std::size_t session) const { return {sessions_[session], user_of(session).changes.size()}; }
  [[nodiscard]] const Session& session(std::size_t index) const { return sessions_[index]; }
  [[nodiscard]] const User& user_of(std::size_t session) const { return users_[session / sessions_per_user]; }

  void end(std::size_t session, Instant now);
  void change_user_of(std::size_t session, Instant now);
  /// A new session in the place of one that has ended, so that a history does not run dry.
  void log_in(std::size_t session);

  /// Since when the row has differed from the database; nullopt if it does not differ.
  [[nodiscard]] std::optional<Instant> stale_since(const Row& row) const;
  [[nodiscard]] std::optional<Instant> end_of(SessionId id) const;

 private:
  std::vector<Session> sessions_;
  std::vector<Session> ended_;
  std::vector<User> users_;
  std::int64_t last_session_ = 0;
};

/// A text on its way from the database to a change feed, and the version of the user's profile that it announces.
struct Notification {
  std::string text;
  std::size_t version;
  Instant arrives_at;
};

/// The connection from the database to one replica's feed. Notifications arrive late and in order; while it is silent
/// none arrives, and when it is cut, those under way are lost.
class Link {
 public:
  static constexpr milliseconds latency_max{40};

  void open() { *this = {}, open_ = true; }
  void cut() { *this = {}; }
  void set_silent(bool silent) { silent_ = silent; }
  void send(Notification notification);

  [[nodiscard]] bool is_open() const { return open_; }
  [[nodiscard]] bool is_silent() const { return silent_; }
  /// When the next notification arrives; nullopt while none can.
  [[nodiscard]] std::optional<Instant> next_arrival() const;
  [[nodiscard]] Notification take();

 private:
  bool open_ = false;
  bool silent_ = false;
  std::deque<Notification> on_the_way_;
};

/// A look at the table of announcements, on its way back to a replica.
struct Look {
  database::postgres::AnnouncementPage page;
  std::map<std::int64_t, std::size_t> versions;  ///< of the profiles that the rows announce, by entry
  bool is_lost = false;                          ///< it never comes back; `arrives_at` is its deadline
  Instant arrives_at{};
};

/// The table of announcements, for feeds that read rows. A row has the number of its insertion, and appears when its
/// transaction is committed.
class AnnouncementTable {
 public:
  [[nodiscard]] std::int64_t take_entry() { return ++last_entry_; }
  void commit(std::int64_t entry, std::string text, std::size_t version);
  /// What a look after `position` finds now.
  [[nodiscard]] Look look(std::int64_t position) const;
  /// Gives positions to the rows that have none.
  void place();
  /// The broken way: by the number of the insertion.
  void place_by_entry();
  /// Deletes all rows that have a position, and notes that if `is_noted`.
  void sweep(bool is_noted);

 private:
  struct Row {
    database::postgres::AnnouncementRow row;
    std::size_t version;
  };

  std::vector<Row> rows_;
  std::int64_t last_entry_ = 0;
  std::int64_t last_ = 0;
  std::int64_t deleted_ = 0;
};

/// The machines' clock, which goes on while a process stands still.
class SimulatedClock final : public BootClock {
 public:
  [[nodiscard]] BootTime now() const noexcept override { return time; }

  Instant time{};
};

/// A query that was answered; its answer has not been handed to the cache yet.
struct Fill {
  sessions::SessionCache::FillTicket ticket;
  Truth::Row row;
};

/// A write under way: announced to this process, then committed, then announced again and acknowledged. One that was
/// given up was announced again before it is committed, and nobody knows whether it will be.
struct Write {
  std::size_t session;
  database::Announcement announcement;
  std::int64_t entry = 0;  ///< of its row
  bool is_committed = false;
  bool is_given_up = false;
  std::size_t version = 0;
};

/// One process of the service: its cache behind its observers, its change feed's decisions, and what is under way.
struct Replica {
  explicit Replica(const BootClock& clock) : cache(1 << 20, clock) { observers.add(cache); }

  sessions::SessionCache cache;
  database::Observers observers;
  FeedProbe probe;
  Link link;
  database::postgres::AnnouncementReader reader;
  std::optional<Look> look;
  Instant look_at{};
  bool told_ready = false;
  Instant reconnects_at{};
  Instant stands_still_until{};
  std::vector<Fill> fills;
  std::vector<Write> writes;
  // What this process has heard or acknowledged: it must never answer as if it had not.
  std::set<std::int64_t> ended_sessions;
  std::map<std::int64_t, std::size_t> versions;
};

}  // namespace gatehouse::simulation
