#pragma once

#include <latch>
#include <optional>
#include <string>
#include <vector>

#include "database/sqlite/change_feeds.hpp"
#include "database/sqlite/connection_slot.hpp"
#include "database/sqlite/lane.hpp"
#include "database/sqlite/statistics.hpp"

namespace gatehouse::database::sqlite {

/// The process's only writer: group commit.
///
/// It takes all waiting writes (at most `group_max`), runs them in one transaction, and answers them all when that is
/// on the disk. So the writes that arrived during one fsync share the cost of the next. A call that violates a
/// constraint is undone alone. A call that ends the whole transaction (an interrupted statement) is answered, and the
/// others run again.
///
/// Between groups, and every `feed_interval` when idle, it checks whether another process changed the file, and whether
/// it is still the file that was opened. It also checks the latter around every commit, so that no write is
/// acknowledged that went into a deleted file. A write that it commits after its caller was answered at the deadline is
/// reported to the feeds as well.
class Writer {
 public:
  /// All references outlive the writer.
  Writer(const ConnectionSlot::Parts& parts, Lane& lane, Lane& readers, ChangeFeeds& feeds, Statistics& statistics)
      : lane_(lane), readers_(readers), feeds_(feeds), statistics_(statistics), slot_(parts, Role::writer) {}

  /// The thread's body: returns when the lane is stopped. Counts `opened` down after the first attempt to open the
  /// file.
  void run(std::latch& opened);

 private:
  static constexpr std::size_t group_max = 256;
  static constexpr std::chrono::milliseconds feed_interval{50};
  /// How long what is remembered may be trusted after a look, if an fsync or another process delays the next.
  static constexpr std::chrono::seconds feed_trust{1};

  void serve(std::vector<CallPtr> calls);
  void write_group(Connection& connection, std::vector<CallPtr> calls);
  [[nodiscard]] bool try_commit(Connection& connection, std::vector<CallPtr>& calls);
  void settle_refused(Connection& connection, const std::vector<CallPtr>& calls, Violation violation);
  void run_scripts(Connection& connection, const CallPtr& call);
  void poll_feed();

  Lane& lane_;
  Lane& readers_;
  ChangeFeeds& feeds_;
  Statistics& statistics_;
  ConnectionSlot slot_;
  std::optional<std::int64_t> data_version_;
  Deadline next_poll_{};
};

}  // namespace gatehouse::database::sqlite
