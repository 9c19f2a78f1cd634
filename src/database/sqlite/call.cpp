#include "database/sqlite/call.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace gatehouse::database::sqlite {
namespace {

// Keeps the call alive, and the io_context busy, until the coroutine runs again. The function is held here and not in
// the call: if the io_context is destroyed instead, the coroutine is destroyed with this and no cycle keeps the call.
struct Resumption {
  CallPtr call;
  std::move_only_function<void()> resume;
  boost::asio::executor_work_guard<Executor> work;

  void operator()() { resume(); }
};

}  // namespace

Failure to_failure(const std::exception& thrown) {
  if (dynamic_cast<const StatementFailed*>(&thrown) != nullptr) return {std::nullopt, thrown.what()};
  const auto* unavailable = dynamic_cast<const Unavailable*>(&thrown);
  // Anything else is a problem of the machine, such as a lack of memory.
  return {unavailable != nullptr ? unavailable->reason() : Unavailable::Reason::storage, thrown.what()};
}

Call::Call(const Executor& executor, HandoverPtr handover, Deadline deadline, std::vector<Command> commands)
    : handover_(std::move(handover)), deadline_(deadline), commands_(std::move(commands)), work_(executor) {}

Call::Call(const Executor& executor, HandoverPtr handover, std::vector<ScriptStep> steps)
    : handover_(std::move(handover)), deadline_(Deadline::max()), steps_(std::move(steps)), work_(executor) {}

bool Call::answer(Outcome outcome) {
  if (answered_.exchange(true, std::memory_order_acq_rel)) return false;
  outcome_ = std::move(outcome);
  const auto executor = work_.get_executor();
  const auto handover = handover_;
  handover->begin();
  boost::asio::post(executor, Resumption{shared_from_this(), std::move(resume_), std::move(work_)});
  handover->end();
  return true;
}

void Call::fail(Unavailable::Reason reason, std::string message) {
  answer({.results = {}, .failure = Failure{reason, std::move(message)}});
}

std::expected<std::vector<Rows>, Violation> Call::take_results() {
  if (!outcome_.failure) return std::move(outcome_.results);
  const Failure& failure = *outcome_.failure;
  if (failure.reason) throw Unavailable{*failure.reason, failure.message};
  throw StatementFailed{failure.message};
}

std::optional<ScriptRefusal> Call::take_refusal() {
  (void)take_results();  // throws if the call failed as a whole
  return std::move(outcome_.refusal);
}

}  // namespace gatehouse::database::sqlite
