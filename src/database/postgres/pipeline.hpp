#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "database/postgres/call.hpp"
#include "database/postgres/pg_connection.hpp"
#include "database/postgres/prepared_statements.hpp"

namespace gatehouse::database::postgres {

class Pipeline;

/// Who hands calls to pipelines and takes back the ones that are to be sent again.
class PipelineOwner {
 public:
  /// The call certainly left nothing behind on the server; it is to be sent again on any pipeline.
  virtual void send_again(Call& call) = 0;
  /// The same, after a pause: others were in its way.
  virtual void send_later(Call& call) = 0;
  /// Groups ended, so there is room.
  virtual void on_room() = 0;
  /// The pipeline is closed and holds no calls. `why` is for the log.
  virtual void on_closed(Pipeline& pipeline, const std::string& why) = 0;

 protected:
  ~PipelineOwner() = default;
};

/// One connection shared by many calls: statements are sent without waiting for the answers of those before, and the
/// answers come in order.
///
/// Calls travel in groups; a group ends with a Sync and is one implicit transaction on the server: it is committed
/// whole or rolled back whole. A write is a group of its own. The reads submitted during one turn of the io thread form
/// one group, because each Sync costs both sides a system call; when one of them fails, the server skips the rest, and
/// those are sent again, so to a caller its read stands alone.
///
/// What pipelining does not give: a slow statement delays everything sent after it on the same connection.
///
/// On a shared session a group leaves when the one before is answered, and no statement is prepared: a pooler may hand
/// the session on at the answer to a Sync although part of the next group has passed, and others' answers would follow
/// (docs/adr/0011-one-group-at-a-time-on-shared-sessions.md). For the same reason a group's answers are believed only
/// when its end comes where it is due.
///
/// Belongs to one io thread. Kept alive by its own waits until close().
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
  /// `connection` is connected. `owner` outlives the pipeline or calls abandon() first.
  Pipeline(Executor executor, std::shared_ptr<PgConnection> connection, PipelineOwner& owner);

  /// Starts to read.
  void start();

  [[nodiscard]] bool has_room_for(const Call& call) const noexcept;
  /// Only where there is room.
  void submit(Call& call);

  /// Gives the connection up. `late` gets Unavailable{deadline}; the other reads are sent again, since they are not to
  /// blame; the outcome of the other writes is unknown: Unavailable{connection}. With no `late`, all get `reason`.
  void abandon(Call& late, const std::string& why);
  void abandon_all(Unavailable::Reason reason, const std::string& why);
  /// Closes it without telling the owner, who asks because it is idle.
  void close_idle();

  /// How much is on its way; a write counts as `write_load` reads, since its fsync holds up what comes after.
  [[nodiscard]] std::size_t load() const noexcept { return load_; }
  [[nodiscard]] bool idle() const noexcept { return load_ == 0; }
  [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const noexcept { return idle_since_; }

  static constexpr std::size_t write_load = 16;
  /// Above this, calls wait in the pool for whichever connection has room first.
  static constexpr std::size_t load_max = 256;

 private:
  /// One answer the server owes, in order.
  struct Step {
    enum class Kind : std::uint8_t { prepare, command, sync };
    Kind kind;
    std::uint32_t index;       ///< command: position in its call; sync: how many calls the group has
    std::uint32_t generation;  ///< prepare: of the prepared statement
    Call* call;                ///< null for a sync
  };

  [[nodiscard]] bool usable() const noexcept { return !closed_ && !broken_; }
  void send_commands(Call& call);
  void send_command(Call& call, std::uint32_t index);
  void end_group();
  void end_turn();
  void flush();
  void break_off();

  void wait_readable();
  void on_readable();
  void take_results();
  void on_answer(const PgResult& result);
  void on_failure(const Step& step, const PgResult& result);
  void on_group_end();
  void settle(Call& call);
  [[nodiscard]] bool try_cure(Call& call);

  [[nodiscard]] std::deque<Call*> close();
  void lose(const std::string& why);
  void fail_lost(Call& call, Unavailable::Reason reason, const std::string& why);
  [[nodiscard]] static std::size_t weight(const Call& call) noexcept;

  const Executor executor_;
  const std::shared_ptr<PgConnection> connection_;
  PipelineOwner& owner_;

  PreparedStatements prepared_;
  EncodedParameters encoded_;
  std::deque<Step> steps_;
  std::deque<Call*> calls_;          ///< in the order sent
  std::uint32_t open_reads_ = 0;     ///< sent since the last Sync
  std::uint32_t groups_on_way_ = 0;  ///< ended by a Sync that is not answered yet
  std::size_t load_ = 0;
  std::chrono::steady_clock::time_point idle_since_ = std::chrono::steady_clock::now();
  bool turn_end_posted_ = false;
  bool waiting_writable_ = false;
  bool read_only_ = false;  ///< the server turned out to be a standby
  bool broken_ = false;     ///< a send failed; closed as soon as the caller's loop is over
  bool closed_ = false;
};

}  // namespace gatehouse::database::postgres
