#include "service/feed_ringing.hpp"

#include <array>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <string_view>

#include "redis/command.hpp"
#include "runtime/periodic.hpp"

namespace gatehouse::service {
namespace {

namespace asio = boost::asio;

constexpr std::string_view channel_prefix = "gatehouse:feed:";
// How soon keep() notices that the feed knows its log.
constexpr std::chrono::milliseconds log_patience{200};

std::string ping() {
  constexpr std::array<std::string_view, 1> words{"PING"};
  return redis::to_command(words);
}

std::string message_to(std::string_view channel) {
  const std::array<std::string_view, 3> words{"PUBLISH", channel, ""};
  return redis::to_command(words);
}

redis::Client::ChangeSink log_sink(telemetry::Log& log, const redis::RedisSettings& settings) {
  return [&log, &settings](std::string_view reason) {
    if (reason.empty()) return log.info("feed_rings", {{"redis", settings.name()}});
    log.warn("feed_unrung", {{"redis", settings.name()}, {"reason", reason}});
  };
}

}  // namespace

FeedRinging::FeedRinging(const Parts& parts)
    : parts_(parts),
      subscriber_({.settings = parts.settings,
                   .reach = parts.reach,
                   .probe = ping(),
                   .seed = parts.seed,
                   .on_change = log_sink(parts.log, parts.settings),
                   .subscription = redis::Client::Subscription{.channel = [this] { return channel(); },
                                                               .on_message =
                                                                   [this] {
                                                                     if (feed_ != nullptr) feed_->look();
                                                                   }}}) {}

Task<> FeedRinging::keep() {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  while (channel().empty() && cancellation.cancelled() == asio::cancellation_type::none) {
    co_await runtime::pause_for(log_patience);
  }
  if (cancellation.cancelled() == asio::cancellation_type::none) co_await subscriber_.keep();
}

void FeedRinging::ring() {
  if (is_ringing_.exchange(true)) return;
  asio::post(parts_.io, [this] { publish(); });
}

void FeedRinging::publish() {
  is_ringing_ = false;
  const std::string to = channel();
  if (!to.empty()) parts_.publisher.tell(message_to(to));
}

std::string FeedRinging::trial() { return message_to(std::string{channel_prefix} + "trial"); }

/// Empty while the log is not known.
std::string FeedRinging::channel() const {
  const std::string log = feed_ == nullptr ? std::string{} : feed_->log();
  return log.empty() ? log : std::string{channel_prefix} + log;
}

}  // namespace gatehouse::service
