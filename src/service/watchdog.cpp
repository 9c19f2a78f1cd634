#include "service/watchdog.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace gatehouse::service {

Watchdog::Watchdog(EventLoops loops, const Supervisor& supervisor, std::chrono::microseconds timeout)
    : loops_(std::move(loops)), supervisor_(supervisor), interval_(timeout / 2), timer_(loops_.front().get()) {}

void Watchdog::start() {
  timer_.expires_after(interval_);
  timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec && !is_stopped_) pass_to(1);
  });
}

void Watchdog::stop() {
  is_stopped_ = true;
  timer_.cancel();
}

void Watchdog::pass_to(std::size_t loop) {
  if (loop < loops_.size()) {
    boost::asio::post(loops_[loop].get(), [this, loop] { pass_to(loop + 1); });
  } else {
    boost::asio::post(loops_.front().get(), [this] { end_round(); });
  }
}

void Watchdog::end_round() {
  if (is_stopped_) return;
  supervisor_.tell_alive();
  start();
}

}  // namespace gatehouse::service
