#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <chrono>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/errors.hpp"
#include "database/rows.hpp"
#include "database/schema_database.hpp"
#include "database/sqlite/handover.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::sqlite {

using Deadline = std::chrono::steady_clock::time_point;

/// An exception that the io thread will throw: Unavailable if there is a reason, else StatementFailed. It is not an
/// exception_ptr, so that two threads never share an exception.
struct Failure {
  std::optional<Unavailable::Reason> reason;
  std::string message;
};

[[nodiscard]] Failure to_failure(const std::exception& thrown);

/// The outcome of a call: one result per command, or the violated constraint, or a failure; for scripts, a refusal.
struct Outcome {
  std::expected<std::vector<Rows>, Violation> results;
  std::optional<Failure> failure;
  std::optional<ScriptRefusal> refusal = std::nullopt;
};

/// One pending call of Database, on its way from an io thread to a database thread and back.
///
/// Shared by the suspended coroutine, the queue and the thread that runs it. The first answer() wins and resumes the
/// coroutine on its io thread; a later one is dropped, so a deadline may pass while a thread still works on the call,
/// and even commits what it writes. The io_context is kept running until then.
class Call : public std::enable_shared_from_this<Call> {
 public:
  /// A call with statements. It is not started once its deadline has passed.
  Call(const Executor& executor, HandoverPtr handover, Deadline deadline, std::vector<Command> commands);
  /// A call with the migrator's SQL, without a deadline: scripts for the writer, or one step's check for a reader.
  Call(const Executor& executor, HandoverPtr handover, std::vector<ScriptStep> steps);

  [[nodiscard]] const std::vector<Command>& commands() const { return commands_; }
  [[nodiscard]] const std::vector<ScriptStep>& steps() const { return steps_; }
  [[nodiscard]] bool is_script() const { return deadline_ == Deadline::max(); }
  [[nodiscard]] Deadline deadline() const { return deadline_; }

  /// Says what to resume. Once, before the call is queued.
  void resume_with(std::move_only_function<void()> resume) { resume_ = std::move(resume); }

  /// Any thread. False if it was answered before; this outcome is then dropped.
  bool answer(Outcome outcome);
  void fail(Unavailable::Reason reason, std::string message);
  [[nodiscard]] bool answered() const { return answered_.load(std::memory_order_acquire); }

  /// Returns the results, or throws the failure. On the io thread, once, after the resumption.
  [[nodiscard]] std::expected<std::vector<Rows>, Violation> take_results();
  /// The same for scripts: why they were refused, if they were.
  [[nodiscard]] std::optional<ScriptRefusal> take_refusal();

 private:
  // Constant after construction.
  const HandoverPtr handover_;
  const Deadline deadline_;
  const std::vector<Command> commands_;
  const std::vector<ScriptStep> steps_;

  // Owned by whoever sets answered_, then by the io thread.
  std::atomic<bool> answered_ = false;
  boost::asio::executor_work_guard<Executor> work_;
  std::move_only_function<void()> resume_;
  Outcome outcome_;
};

using CallPtr = std::shared_ptr<Call>;

}  // namespace gatehouse::database::sqlite
