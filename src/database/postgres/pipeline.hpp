#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "database/postgres/call.hpp"
#include "database/postgres/pg_connection.hpp"
#include "database/postgres/prepared_statements.hpp"

namespace gatehouse::database::postgres {

class Pipeline;

/// Gives calls to pipelines, and takes back those that must be sent again.
class PipelineOwner {
 public:
  /// The call certainly changed nothing on the server. Send it again, on any pipeline.
  virtual void send_again(Call& call) = 0;
  /// The same, but after a pause, because another transaction was in its way.
  virtual void send_later(Call& call) = 0;
  /// Groups ended, so there is room.
  virtual void on_room() = 0;
  /// The pipeline is closed and holds no calls. `why` is for the log.
  virtual void on_closed(Pipeline& pipeline, const std::string& why) = 0;

 protected:
  ~PipelineOwner() = default;
};

/// One connection that many calls share. Statements are sent without waiting for the answers to earlier ones, and the
/// answers come in order.
///
/// Calls are sent in groups. A group ends with a Sync and is one implicit transaction on the server, which is committed
/// or rolled back as a whole. A write is its own group. The reads submitted during one turn of the io thread form one
/// group, because each Sync costs both sides a system call. When one of them fails, the server skips the rest; the
/// pipeline sends those again, so a caller never notices its neighbours.
///
/// Writes that may share a transaction are submitted together, as one group. None of them waits for a lock for longer
/// than a moment. When one fails, none has happened, and each is sent again as its own group.
///
/// The price of pipelining: a slow statement delays everything sent after it on the same connection.
///
/// On a shared session a group is sent only after the previous one was answered, and no statement is prepared. A pooler
/// may give the session to another client at the answer to a Sync even if it has already passed on a part of the next
/// group; the answers would then be mixed up (docs/adr/0011-one-group-at-a-time-on-shared-sessions.md). For the same
/// reason a group's answers count only if the group ends where it should.
///
/// Belongs to one io thread. Kept alive by its own waits until close().
class Pipeline : public std::enable_shared_from_this<Pipeline> {
 public:
  /// `connection` is connected. `owner` outlives the pipeline or calls abandon() first. `write_settings` is a SELECT
  /// that is sent before each write on a shared session, where no setting can be kept.
  Pipeline(Executor executor, std::shared_ptr<PgConnection> connection, std::string write_settings,
           PipelineOwner& owner);

  /// Starts to read.
  void start();

  [[nodiscard]] bool has_room_for(const Call& call) const noexcept;
  /// Only if there is room.
  void submit(Call& call);
  /// At least one write, each of which may share. Only if there is room for one of them.
  void submit_sharing(std::span<Call* const> writes);

  /// Gives the connection up because `late` passed its deadline. `late` gets Unavailable{deadline}. The other reads are
  /// sent again; the outcome of the other writes is unknown, so they get Unavailable{connection}.
  void abandon(Call& late, const std::string& why);
  void abandon_all(Unavailable::Reason reason, const std::string& why);
  /// Closes an idle connection, without telling the owner, who asked for it.
  void close_idle();

  /// The load on its way, in reads. A write counts as `write_load` reads, because its fsync delays what follows.
  [[nodiscard]] std::size_t load() const noexcept { return load_; }
  [[nodiscard]] bool idle() const noexcept { return load_ == 0; }
  /// A write is on its way. It may wait for a row that another transaction has locked, and what is sent after it waits
  /// as well.
  [[nodiscard]] bool has_write() const noexcept { return writes_ > 0; }
  /// The same for writes that share their transaction.
  [[nodiscard]] bool has_sharing() const noexcept { return has_write() && sharing_; }
  /// See PgConnection::server().
  [[nodiscard]] std::size_t server() const noexcept { return connection_->server(); }
  [[nodiscard]] std::chrono::steady_clock::time_point idle_since() const noexcept { return idle_since_; }

  static constexpr std::size_t write_load = 16;
  /// Above this, calls wait in the pool for whichever connection has room first.
  static constexpr std::size_t load_max = 256;

 private:
  /// One answer the server owes, in order.
  struct Step {
    enum class Kind : std::uint8_t { prepare, settings, command, sync };
    Kind kind;
    std::uint32_t index;         ///< command: position in its call; sync: how many calls the group has
    std::uint32_t generation;    ///< prepare: of the prepared statement
    Call* call;                  ///< null for a sync
    const Statement* statement;  ///< null for a sync; settings: the one that a failure names
  };

  [[nodiscard]] bool usable() const noexcept { return !closed_ && !broken_; }
  void begin_writes(Call& first);
  void send_settings(Call& first);
  void send(Call& call);
  void send_statement(Step step, const Parameters& parameters);
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
  void take_out(std::uint32_t group_calls);
  [[nodiscard]] bool is_undone(std::uint32_t group_calls) const;
  void settle(Call& call);
  [[nodiscard]] bool try_cure(Call& call);

  [[nodiscard]] std::deque<Call*> close();
  void lose(const std::string& why);
  [[nodiscard]] static bool may_be_sent_again(const Call& call);
  void fail_lost(Call& call, Unavailable::Reason reason, const std::string& why);
  [[nodiscard]] static std::size_t weight(const Call& call) noexcept;

  const Executor executor_;
  const std::shared_ptr<PgConnection> connection_;
  const std::string write_settings_;
  PipelineOwner& owner_;

  PreparedStatements prepared_;
  EncodedParameters encoded_;
  std::deque<Step> steps_;
  std::deque<Call*> calls_;          ///< in the order sent
  std::vector<Call*> ended_;         ///< of the group that has just ended
  std::uint32_t open_calls_ = 0;     ///< sent since the last Sync
  std::uint32_t groups_on_way_ = 0;  ///< ended by a Sync that is not answered yet
  std::size_t load_ = 0;
  std::size_t writes_ = 0;
  std::chrono::steady_clock::time_point idle_since_ = std::chrono::steady_clock::now();
  bool sharing_ = false;  ///< the last writes share their transaction
  bool turn_end_posted_ = false;
  bool waiting_writable_ = false;
  bool read_only_ = false;  ///< the server turned out to be a standby
  bool broken_ = false;     ///< a send failed; closed as soon as the caller's loop is over
  bool closed_ = false;
};

}  // namespace gatehouse::database::postgres
