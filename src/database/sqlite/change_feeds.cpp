#include "database/sqlite/change_feeds.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace gatehouse::database::sqlite {

class ChangeFeeds::Feed final : public ChangeFeed {
 public:
  Feed(ChangeFeeds& feeds, std::shared_ptr<Subscriber> subscriber)
      : feeds_(feeds), subscriber_(std::move(subscriber)) {}
  ~Feed() override {
    if (subscriber_->is_ready) subscriber_->observers->feed_lost();
    subscriber_->observers = nullptr;
    feeds_.remove(subscriber_);
  }

 private:
  ChangeFeeds& feeds_;
  std::shared_ptr<Subscriber> subscriber_;
};

std::unique_ptr<ChangeFeed> ChangeFeeds::watch(boost::asio::io_context& io, Observers& observers) {
  auto subscriber = std::make_shared<Subscriber>(io.get_executor(), &observers);
  const std::scoped_lock lock{mutex_};
  subscribers_.push_back(subscriber);
  if (available_) tell(subscriber, false, true);
  return std::make_unique<Feed>(*this, std::move(subscriber));
}

bool ChangeFeeds::empty() const {
  const std::scoped_lock lock{mutex_};
  return subscribers_.empty();
}

void ChangeFeeds::available() {
  const std::scoped_lock lock{mutex_};
  if (std::exchange(available_, true)) return;
  for (const auto& subscriber : subscribers_) tell(subscriber, false, true);
}

void ChangeFeeds::changed() {
  const std::scoped_lock lock{mutex_};
  for (const auto& subscriber : subscribers_) tell(subscriber, true, available_);
}

void ChangeFeeds::lost() {
  const std::scoped_lock lock{mutex_};
  if (!std::exchange(available_, false)) return;
  for (const auto& subscriber : subscribers_) tell(subscriber, true, false);
}

void ChangeFeeds::remove(const std::shared_ptr<Subscriber>& subscriber) {
  const std::scoped_lock lock{mutex_};
  std::erase(subscribers_, subscriber);
}

// Called under the lock: once remove() has returned, nothing is posted to the feed's io_context any more.
void ChangeFeeds::tell(const std::shared_ptr<Subscriber>& subscriber, bool lost, bool ready) {
  boost::asio::post(subscriber->executor, [subscriber, lost, ready] {
    if (subscriber->observers == nullptr) return;
    if (lost) subscriber->observers->feed_lost();
    if (ready) subscriber->observers->feed_ready();
    subscriber->is_ready = ready;
  });
}

}  // namespace gatehouse::database::sqlite
