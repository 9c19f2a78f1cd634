#include "database/sqlite/lane.hpp"

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <utility>

namespace gatehouse::database::sqlite {

// Invariants. A call is in waiting_, then in running_, then in neither, and is answered in whichever of them it is when
// its time comes; of two answers the first one counts, so a thread and expire() may both try. After stop() nothing is
// added. An answer is posted to the caller's io thread and runs none of its code here, so it is safe under the lock.

/// Starts the asynchronous operation of submit(), with the suspended coroutine as its handler.
struct Submission {
  Lane* lane;

  template <class Handler>
  void operator()(Handler&& handler, CallPtr call) const {
    call->resume_with(std::forward<Handler>(handler));
    lane->push(std::move(call));
  }
};

Task<> Lane::submit(CallPtr call) {
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(Submission{this}, use_task,
                                                                                           std::move(call));
}

void Lane::push(CallPtr call) {
  std::unique_lock lock{mutex_};
  const bool stopped = stopped_;
  if (!stopped && waiting_.size() < waiting_max_) {
    waiting_.push_back(std::move(call));
    lock.unlock();
    arrived_.notify_one();
    return;
  }
  // Refused without the lock, which every io thread and every database thread waits for.
  lock.unlock();
  if (stopped) {
    call->fail(Unavailable::Reason::stopped, "the database is closing");
  } else {
    call->fail(Unavailable::Reason::overload, "too many queries are waiting for the database");
  }
}

std::vector<CallPtr> Lane::take(std::size_t max, Deadline until) {
  std::unique_lock lock{mutex_};
  // The deadlines of answered calls need no watching any more.
  std::erase_if(running_, [](const CallPtr& call) { return call->answered(); });
  arrived_.wait_until(lock, until, [this, wakes = wakes_] { return stopped_ || !waiting_.empty() || wakes_ != wakes; });
  std::vector<CallPtr> taken;
  while (!waiting_.empty() && taken.size() < max) {
    // A script runs in its own transaction, so it never shares a group.
    const bool script = waiting_.front()->is_script();
    if (script && !taken.empty()) break;
    running_.push_back(waiting_.front());
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (script) break;
  }
  return taken;
}

void Lane::wake() {
  const std::scoped_lock lock{mutex_};
  ++wakes_;
  arrived_.notify_all();
}

void Lane::expire(Deadline now) {
  const std::scoped_lock lock{mutex_};
  std::erase_if(waiting_, [now](const CallPtr& call) {
    if (now < call->deadline()) return false;
    call->fail(Unavailable::Reason::deadline, "the query waited for the database until its deadline");
    return true;
  });
  // Their threads interrupt a statement at its deadline themselves. A call that is still here after the grace hangs in
  // a system call, and its caller should not hang with it; a script may take as long as it likes.
  std::erase_if(running_, [now](const CallPtr& call) {
    if (!call->answered() && (call->is_script() || now < call->deadline() + running_grace)) return false;
    call->fail(Unavailable::Reason::deadline, "the database's storage did not answer by the query's deadline");
    return true;
  });
}

void Lane::stop() {
  const std::scoped_lock lock{mutex_};
  stopped_ = true;
  // Running calls are left to their threads, which answer them before they end.
  for (const CallPtr& call : waiting_) call->fail(Unavailable::Reason::stopped, "the database is closing");
  waiting_.clear();
  arrived_.notify_all();
}

Lane::Counts Lane::counts() const {
  const std::scoped_lock lock{mutex_};
  const auto running = std::ranges::count_if(running_, [](const CallPtr& call) { return !call->answered(); });
  return {.waiting = waiting_.size(), .running = static_cast<std::size_t>(running)};
}

bool Lane::stopped() const {
  const std::scoped_lock lock{mutex_};
  return stopped_;
}

}  // namespace gatehouse::database::sqlite
