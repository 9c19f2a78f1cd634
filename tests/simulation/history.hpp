#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/world.hpp"

namespace gatehouse::simulation {

/// What is broken on purpose, to see that a simulation finds it.
enum class Fault {
  none,
  lost_notification,
  write_without_announcement,
  fill_without_ticket,
  feed_trusted_without_end,
  sql_without_trigger,
  // Only for feeds that read rows.
  position_at_insertion,
  unnoted_deletion,
  trust_since_the_answer,
};

/// How the replicas hear of each other's changes.
enum class Feed { notifications, rows };

/// One random history of three replicas on one database: queries and writes whose steps interleave, changes by SQL,
/// notifications that come late, links that fall silent or are cut, processes that restart or stand still for a while.
/// If announcements are rows: transactions that commit long after they wrote theirs, looks that come back late or
/// never, rings that are lost, rows that are deleted before everybody has read them. After each step every cache is
/// asked for every session, even that of a process that has just resumed and has not heard of anything yet.
///
/// Whatever happens, a replica that has heard of a change, or acknowledged it, must never answer with the state before
/// it; and no replica may answer with the state before a change for longer than a silent feed is trusted.
class History {
 public:
  static constexpr std::size_t replica_count = 3;
  static constexpr std::size_t steps = 250;

  explicit History(std::uint64_t seed, Feed feed = Feed::notifications, Fault fault = Fault::none);

  /// Describes an answer that should not have been given; nullopt if all answers were right.
  [[nodiscard]] std::optional<std::string> run();

 private:
  void let_time_pass(milliseconds duration);
  [[nodiscard]] bool feed_once(Replica& replica, Instant until);
  void connect(Replica& replica);
  void send_probe(Replica& replica);
  void lose_feed(Replica& replica);
  void hear(Replica& replica, const Notification& notification);
  void hear_announcement(Replica& replica, const std::string& text, std::size_t version);

  // For feeds that read rows.
  [[nodiscard]] bool look_once(Replica& replica, Instant until);
  void send_look(Replica& replica);
  void take_look(Replica& replica);
  void record(std::int64_t entry, const std::string& text, std::size_t version);

  void act(Replica& replica);
  void begin_fill(Replica& replica);
  void end_fill(Replica& replica);
  void begin_write(Replica& replica);
  void advance_write(Replica& replica);
  void change_by_sql();
  void commit(Write& write);
  void tell_others(std::int64_t entry, const std::string& text, std::size_t version);
  void notify(const std::string& text, std::size_t version);
  void announce(Replica& replica, const Write& write);
  void acknowledge(Replica& replica, const Write& write);
  void disturb(Replica& replica);
  void restart(Replica& replica);

  [[nodiscard]] std::optional<std::string> check_all();
  [[nodiscard]] std::optional<std::string> check(Replica& replica, SessionId id) const;
  [[nodiscard]] std::string describe(const Truth::Row& row, const char* why) const;

  const Feed feed_;
  const Fault fault_;
  Chance chance_;
  SimulatedClock clock_;
  Truth truth_;
  AnnouncementTable table_;
  std::array<std::unique_ptr<Replica>, replica_count> replicas_;
  std::vector<SessionId> seen_;  ///< every session there has been
};

}  // namespace gatehouse::simulation
