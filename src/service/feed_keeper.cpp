#include "service/feed_keeper.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <exception>
#include <optional>
#include <utility>

#include "database/errors.hpp"
#include "revocations/topics.hpp"
#include "sessions/topics.hpp"
#include "signing_keys/topics.hpp"

namespace gatehouse::service {

static_assert(revocations::session_topic_name == sessions::session_topic.name);
static_assert(revocations::user_topic_name == sessions::user_topic.name);
static_assert(revocations::signing_key_topic_name == signing_keys::signing_key_topic.name);

/// If the log no longer knows the place, the waiting readers find that out by themselves.
Task<> FeedKeeper::read() {
  const auto recent = feed_.recent();
  std::optional<revocations::News> news;
  if (recent) news = co_await revocations_.read(recent->end());
  while (news && news->is_cut) {
    const revocations::Place end = news->end;
    news->as_of = feed_.recent()->as_of;  // which still holds: a cut part promises less, so time would go back
    feed_.publish(std::move(*news));
    news = co_await revocations_.read(end);
  }
  if (news) co_return tell(std::move(*news));
  const auto end = co_await revocations_.end();
  feed_.begin_at(end);
}

/// Many announcements revoke nothing; they wake nobody.
void FeedKeeper::tell(revocations::News news) {
  const bool is_fresh = news.read_at - feed_.recent()->read_at < reading_interval / 2;
  if (!news.revocations.empty() || !is_fresh) feed_.publish(std::move(news));
}

Task<> FeedKeeper::try_to_read() {
  try {
    co_await read();
    unread_reason_.clear();
  } catch (const database::Unavailable&) {
    // The code that serves requests reports it.
  } catch (const std::exception& failure) {
    if (failure.what() != unread_reason_) log_.error("revocations_unread", {{"reason", failure.what()}});
    unread_reason_ = failure.what();
  }
}

Task<> FeedKeeper::keep() {
  // The loop ends because it checks the cancellation state, not by an exception from whatever happens to be awaited.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  while (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    if (feed_.has_readers()) co_await try_to_read();
    if (cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
    co_await feed_.bell().wait(reading_interval);
  }
}

}  // namespace gatehouse::service
