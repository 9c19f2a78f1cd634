#include "database/change_bell.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

namespace gatehouse::database {

/// Removes the timer even if the coroutine is destroyed while it waits.
class ChangeBell::Waiting {
 public:
  Waiting(ChangeBell& bell, const std::shared_ptr<runtime::SteadyTimer>& timer) : bell_(bell) {
    const std::scoped_lock lock{bell_.mutex_};
    if (!bell_.has_rung_) bell_.waiter_ = timer;
    must_wait_ = !bell_.has_rung_;
  }
  ~Waiting() {
    const std::scoped_lock lock{bell_.mutex_};
    bell_.waiter_.reset();
    bell_.has_rung_ = false;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

  [[nodiscard]] bool must_wait() const { return must_wait_; }

 private:
  ChangeBell& bell_;
  bool must_wait_ = false;
};

void ChangeBell::on_announcement(const Announcement& announcement) noexcept {
  if (std::ranges::find(topics_, announcement.topic) != topics_.end()) ring();
}

void ChangeBell::on_feed_proved(BootTime /*trusted_until*/) noexcept {
  if (!is_feed_proved_.exchange(true)) ring();
}

void ChangeBell::on_feed_lost() noexcept {
  is_feed_proved_ = false;
  ring();
}

void ChangeBell::ring() noexcept {
  const std::scoped_lock lock{mutex_};
  has_rung_ = true;
  if (!waiter_) return;
  const auto executor = waiter_->get_executor();
  boost::asio::post(executor, [timer = std::exchange(waiter_, nullptr)] { timer->cancel(); });
}

Task<> ChangeBell::wait(std::chrono::milliseconds at_most) {
  const auto executor = co_await boost::asio::this_coro::executor;
  // The expiry is set before the timer can be cancelled: a ring in between posts its cancel(), which runs after the
  // wait has begun.
  const auto timer = std::make_shared<runtime::SteadyTimer>(executor);
  timer->expires_after(at_most);
  const Waiting waiting{*this, timer};
  if (!waiting.must_wait()) co_return;
  boost::system::error_code interrupted;
  co_await timer->async_wait(boost::asio::redirect_error(use_task, interrupted));
}

}  // namespace gatehouse::database
