#include "database/sqlite/change_feeds.hpp"

#include <utility>

namespace gatehouse::database::sqlite {

class ChangeFeeds::Feed final : public ChangeFeed {
 public:
  Feed(ChangeFeeds& feeds, const Subscriber* subscriber) : feeds_(feeds), subscriber_(subscriber) {}
  ~Feed() override { feeds_.remove(subscriber_); }

 private:
  ChangeFeeds& feeds_;
  const Subscriber* subscriber_;
};

std::unique_ptr<ChangeFeed> ChangeFeeds::watch(Observers& observers) {
  const std::scoped_lock lock{mutex_};
  subscribers_.push_back(std::make_unique<Subscriber>(&observers));
  return std::make_unique<Feed>(*this, subscribers_.back().get());
}

bool ChangeFeeds::empty() const {
  const std::scoped_lock lock{mutex_};
  return subscribers_.empty();
}

void ChangeFeeds::prove(BootTime trusted_until) {
  const std::scoped_lock lock{mutex_};
  for (const auto& subscriber : subscribers_) {
    subscriber->is_proved = true;
    subscriber->observers->feed_proved(trusted_until);
  }
}

void ChangeFeeds::lose() {
  const std::scoped_lock lock{mutex_};
  for (const auto& subscriber : subscribers_) lose(*subscriber);
}

void ChangeFeeds::lose(Subscriber& subscriber) {
  if (std::exchange(subscriber.is_proved, false)) subscriber.observers->feed_lost();
}

void ChangeFeeds::remove(const Subscriber* subscriber) {
  const std::scoped_lock lock{mutex_};
  std::erase_if(subscribers_, [&](const std::unique_ptr<Subscriber>& one) {
    if (one.get() != subscriber) return false;
    lose(*one);
    return true;
  });
}

}  // namespace gatehouse::database::sqlite
