#include "service/epoch_keeper.hpp"

#include <array>
#include <boost/asio/cancellation_state.hpp>
#include <chrono>
#include <exception>
#include <utility>
#include <variant>
#include <vector>

#include "database/errors.hpp"
#include "redis/command.hpp"
#include "sessions/session_store.hpp"
#include "sessions/sharing_scripts.hpp"

namespace gatehouse::service {

using namespace sessions::sharing;
using sessions::SharedTime;

sessions::SharedEpoch::Place EpochKeeper::place() const {
  return {.keys = keys_->tag(), .server = parts_.client.server()};
}

Task<> EpochKeeper::keep() {
  // The loop ends because it checks the cancellation state, not by an exception from whatever happens to be awaited.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  while (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    co_await take_next();
    tell_change();
  }
}

Task<> EpochKeeper::take_next() {
  parts_.epoch.reach(place());
  Step step = parts_.epoch.next();
  Task<> taken = std::visit([this](auto& one) { return take(std::move(one)); }, step);
  co_await std::move(taken);
}

Task<> EpochKeeper::take(Wait step) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(step.until - boot_now());
  if (left.count() > 0) co_await parts_.epoch.bell().wait(left);
}

Task<> EpochKeeper::take(Look /*step*/) {
  std::string key = sessions::epoch_key(place());
  const Answer answer = co_await get(std::move(key));
  parts_.epoch.looked(answer ? std::optional{answer->text} : std::nullopt);
}

Task<> EpochKeeper::take(Announce step) {
  bool is_done = false;
  try {
    auto change = sessions::SessionStore::announce(step.join);
    co_await parts_.database.commit(std::move(change));
    is_done = true;
  } catch (const database::Unavailable&) {
    // The code that serves requests reports it.
  } catch (const std::exception& failure) {
    tell_refusal(failure.what());
  }
  parts_.epoch.announced(is_done);
}

Task<> EpochKeeper::take(AskForCover step) {
  std::string key = sessions::cover_key(step.epoch, step.join);
  const Answer answer = co_await get(std::move(key));
  parts_.epoch.cover_found(answer ? std::optional{answer->text} : std::nullopt);
}

Task<> EpochKeeper::take(Begin step) {
  redis::Invocation invocation = sessions::beginning(place(), step);
  const Answer answer = co_await run(std::move(invocation));
  parts_.epoch.begun(answer ? std::optional{answer->text} : std::nullopt);
}

Task<> EpochKeeper::take(Beat step) {
  const BootTime sent = boot_now();
  redis::Invocation invocation = sessions::beating(place(), step.epoch);
  const Answer answer = co_await run(std::move(invocation));
  std::optional<std::optional<SharedTime>> now;
  if (answer) now.emplace(answer->integer > 0 ? std::optional{SharedTime{answer->integer}} : std::nullopt);
  parts_.epoch.beaten(now, sent);
}

Task<> EpochKeeper::take(Deliver step) {
  std::vector<std::string> names;
  names.reserve(step.ended.size());
  for (const sessions::Ended& ended : step.ended) names.push_back(keys_->name_of(ended));
  redis::Invocation invocation = sessions::ending(step.epoch, names);
  const Answer answer = co_await run(std::move(invocation));
  parts_.epoch.delivered(answer ? std::optional{answer->integer == 1} : std::nullopt);
}

Task<> EpochKeeper::take(Cover step) {
  redis::Invocation invocation = sessions::covering(place(), step);
  const Answer answer = co_await run(std::move(invocation));
  parts_.epoch.covered(answer.has_value());
}

Task<EpochKeeper::Answer> EpochKeeper::get(std::string key) {
  const std::array<std::string_view, 2> words{"GET", key};
  std::string command = redis::to_command(words);
  Answer answer = co_await parts_.client.ask(std::move(command));
  co_return sound(std::move(answer));
}

Task<EpochKeeper::Answer> EpochKeeper::run(redis::Invocation invocation) {
  Answer answer = co_await parts_.client.run(std::move(invocation));
  co_return sound(std::move(answer));
}

/// An error reply does not count as an answer. If another connection has replaced the previous one in the meantime, its
/// answer does not count either: the epoch is told of the new connection first.
EpochKeeper::Answer EpochKeeper::sound(Answer answer) {
  parts_.epoch.reach(place());
  if (!answer || !answer->is_error()) return answer;
  tell_refusal(answer->text);
  return std::nullopt;
}

void EpochKeeper::tell_change() {
  const bool is_member = parts_.epoch.is_member();
  if (std::exchange(was_member_, is_member) == is_member) return;
  if (is_member) refusal_.clear();
  parts_.log.info(is_member ? "sessions_shared" : "sessions_not_shared");
}

void EpochKeeper::tell_refusal(std::string_view reason) {
  if (std::exchange(refusal_, std::string{reason}) == reason) return;
  parts_.log.warn("session_sharing_refused", {{"reason", reason}});
}

}  // namespace gatehouse::service
