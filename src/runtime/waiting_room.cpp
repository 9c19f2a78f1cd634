#include "runtime/waiting_room.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

namespace gatehouse::runtime {

/// A coroutine that is destroyed while it waits leaves no entry behind.
class WaitingRoom::Guest {
 public:
  Guest(WaitingRoom& room, std::uint64_t seen, const std::shared_ptr<SteadyTimer>& timer) : room_(room) {
    entry_.timer = timer;
    const std::scoped_lock lock{room_.mutex_};
    must_wait_ = room_.turn_ == seen;
    if (must_wait_) room_.waiting_.push_back(entry_);
  }
  ~Guest() {
    const std::scoped_lock lock{room_.mutex_};
    if (entry_.is_linked()) room_.waiting_.erase(room_.waiting_.iterator_to(entry_));
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  [[nodiscard]] bool must_wait() const { return must_wait_; }

 private:
  WaitingRoom& room_;
  Entry entry_;
  bool must_wait_ = false;
};

std::uint64_t WaitingRoom::turn() const {
  const std::scoped_lock lock{mutex_};
  return turn_;
}

Task<> WaitingRoom::wait(std::uint64_t seen, std::chrono::steady_clock::time_point until, std::stop_token gone) {
  const auto executor = co_await boost::asio::this_coro::executor;
  // The timer is set before anybody may cancel it. wake_all() posts the cancellation, so it runs after the wait has
  // begun.
  const auto timer = std::make_shared<SteadyTimer>(executor);
  timer->expires_at(until);
  const Guest guest{*this, seen, timer};
  if (!guest.must_wait() || gone.stop_requested()) co_return;
  const std::stop_callback leave{std::move(gone), [&timer] { timer->cancel(); }};
  boost::system::error_code interrupted;
  co_await timer->async_wait(boost::asio::redirect_error(use_task, interrupted));
}

void WaitingRoom::wake_all() {
  const std::scoped_lock lock{mutex_};
  ++turn_;
  while (!waiting_.empty()) {
    Entry& entry = waiting_.front();
    waiting_.pop_front();
    const auto executor = entry.timer->get_executor();
    boost::asio::post(executor, [timer = std::move(entry.timer)] { timer->cancel(); });
  }
}

}  // namespace gatehouse::runtime
