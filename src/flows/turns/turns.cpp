#include "flows/turns/turns.hpp"

#include <boost/asio/redirect_error.hpp>

namespace gatehouse::flows {

// Invariants. A thing has a line as long as somebody has the turn. A waiting coroutine is in the line until it is
// woken: with the turn, with a refusal, or by its timer, and then it takes itself out. Its place lives in its
// coroutine's frame and unlinks itself if the frame is destroyed.

Task<Turns::Turn> Turns::take(std::string thing) {
  const auto lines = lines_;
  const auto [line, is_first] = lines->try_emplace(thing);
  if (is_first) co_return Turn{lines, std::move(thing)};

  Waiting waiting{co_await boost::asio::this_coro::executor, patience_};
  line->second.push_back(waiting);
  boost::system::error_code woken;
  co_await waiting.timer.async_wait(boost::asio::redirect_error(use_task, woken));
  if (waiting.has_turn) co_return Turn{lines, std::move(thing)};
  throw database::Unavailable{database::Unavailable::Reason::overload,
                              waiting.refusal.value_or("too many logins of one account")};
}

Turns::Turn::~Turn() {
  if (!lines_) return;
  const auto line = lines_->find(thing_);
  if (line->second.empty()) {
    lines_->erase(line);
    return;
  }
  Waiting& next = line->second.front();
  next.has_turn = true;
  next.wake();
}

void Turns::Turn::refuse_others(const database::Unavailable& why) {
  Line& line = lines_->find(thing_)->second;
  while (!line.empty()) {
    Waiting& waiting = line.front();
    waiting.refusal = why.what();
    waiting.wake();
  }
}

}  // namespace gatehouse::flows
