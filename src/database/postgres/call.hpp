#pragma once

#include <boost/asio/post.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "database/postgres/sql_error.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::postgres {

class Pipeline;

/// One pending call of Database: what to send, and where its outcome goes.
///
/// Lives in the coroutine frame that waits for it, so the frame's commands need no copy and can be sent again. Between
/// submission and complete() it is in exactly one place: one of the pool's queues or one pipeline. It is completed
/// exactly once, always through the io thread's queue and never from within libpq's loops.
class Call {
 public:
  /// A read may share a group with other reads and may be sent again; a write is sent as its own group, or in one with
  /// other writes that may share.
  enum class Kind : std::uint8_t { read, write };
  using Handler = boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void()>::handler_type;
  using Hook = boost::intrusive::list_member_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

  Call(Kind call_kind, std::span<const Command> call_commands, std::span<Rows> call_results)
      : kind(call_kind),
        commands(call_commands),
        results(call_results),
        may_share(kind == Kind::write && commands.size() == 1 && commands.front().statement->shares_transaction) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void await(Handler handler) { handler_.emplace(std::move(handler)); }

  /// Resumes the waiting coroutine, soon. `executor` is its io thread's.
  void complete(const Executor& executor) {
    by_deadline.unlink();
    pipeline = nullptr;
    Handler handler = std::move(*handler_);
    handler_.reset();
    boost::asio::post(executor, std::move(handler));
  }
  void fail(const Executor& executor, Failure why) {
    failure.emplace(std::move(why));
    complete(executor);
  }

  // Constant after construction.
  const Kind kind;
  const std::span<const Command> commands;
  const std::span<Rows> results;  ///< one for each command

  // The outcome.
  std::optional<Failure> failure;

  // Where it is, for the pool and the pipeline.
  bool may_share;  ///< a write that may share its transaction; false once such a transaction was undone
  std::chrono::steady_clock::time_point deadline;
  Pipeline* pipeline = nullptr;   ///< null while it waits for a connection
  std::optional<SqlError> error;  ///< of its first failed command, until its group ends
  bool skipped = false;           ///< a neighbour's failure kept it from running
  std::uint8_t cures = 0;         ///< how often it was sent again because of its own failure
  bool lost_once = false;         ///< a read that was sent again because its connection was lost
  Hook by_deadline;
  Hook in_queue;

 private:
  std::optional<Handler> handler_;
};

using DeadlineList = boost::intrusive::list<Call, boost::intrusive::member_hook<Call, Call::Hook, &Call::by_deadline>,
                                            boost::intrusive::constant_time_size<false>>;
using CallQueue = boost::intrusive::list<Call, boost::intrusive::member_hook<Call, Call::Hook, &Call::in_queue>,
                                         boost::intrusive::constant_time_size<false>>;

}  // namespace gatehouse::database::postgres
