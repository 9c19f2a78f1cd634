#include "redis/connection.hpp"

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "base/secret_string.hpp"

namespace gatehouse::redis {

namespace asio = boost::asio;

using boost::system::error_code;

namespace {

/// A Pub/Sub message answers no command; it has three items: `message`, the channel and the text.
bool is_message(const Reply& reply) { return reply.items.size() == 3 && reply.items.front().text == "message"; }

}  // namespace

Connection::Connection(std::shared_ptr<Stream> stream, const Executor& executor)
    : stream_(std::move(stream)), executor_(executor), end_bell_(executor), deadline_bell_(executor) {}

void Connection::start() { read_more(); }

Task<std::optional<Reply>> Connection::ask(std::string command, std::chrono::milliseconds at_most) {
  return ask_on(shared_from_this(), std::move(command), at_most);
}

Task<std::optional<Reply>> Connection::ask_on(std::shared_ptr<Connection> self, std::string command,
                                              std::chrono::milliseconds at_most) {
  const auto exchange = std::make_shared<Exchange>();
  exchange->at_most = at_most;
  exchange->deadline = Clock::now() + at_most;
  self->send(std::move(command), exchange);
  if (!exchange->is_over) {
    self->watch(exchange->deadline);
    co_await self->wait_for(exchange);
  }
  co_return std::move(exchange->reply);
}

/// A cancelled waiter goes on without an answer; this says nothing about Redis.
Task<> Connection::wait_for(std::shared_ptr<Exchange> exchange) {
  const auto begin = [this, exchange = std::move(exchange)](Waiter waiter) {
    if (auto slot = asio::get_associated_cancellation_slot(waiter); slot.is_connected()) {
      slot.assign([executor = executor_, weak = std::weak_ptr{exchange}](asio::cancellation_type /*type*/) {
        if (const auto cancelled = weak.lock()) resume(*cancelled, executor);
      });
    }
    exchange->waiter.emplace(std::move(waiter));
  };
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void()>(begin, use_task);
}

/// Resumes the waiter, if there is one, through the io thread's queue.
void Connection::resume(Exchange& exchange, const Executor& executor) {
  if (!exchange.waiter) return;
  Waiter waiter = *std::move(exchange.waiter);
  exchange.waiter.reset();
  asio::post(executor, std::move(waiter));
}

void Connection::watch(Clock::time_point deadline) {
  if (deadline >= watched_) return;
  watched_ = deadline;
  deadline_bell_.expires_at(deadline);
  deadline_bell_.async_wait([weak = weak_from_this()](error_code silenced) {
    const auto self = weak.lock();
    if (!silenced && self) self->end_if_late();
  });
}

void Connection::end_if_late() {
  const auto now = std::exchange(watched_, Clock::time_point::max());
  auto next = Clock::time_point::max();
  for (const auto& exchange : waiting_) {
    if (!exchange) continue;
    if (exchange->deadline <= now) {
      return close("no answer within " + std::to_string(exchange->at_most.count()) + " ms");
    }
    next = std::min(next, exchange->deadline);
  }
  watch(next);
}

void Connection::tell(std::string command) { send(std::move(command), nullptr); }

Task<> Connection::wait_for_end(std::chrono::milliseconds at_most) {
  const auto self = shared_from_this();
  if (!is_open_) co_return;
  end_bell_.expires_after(at_most);
  error_code silenced;
  co_await end_bell_.async_wait(asio::redirect_error(use_task, silenced));
}

void Connection::close(std::string_view reason) {
  if (!is_open_) return;
  is_open_ = false;
  reason_ = reason;
  stream_->close();
  wipe_memory(pending_.data(), pending_.size());  // it will never be sent
  pending_.clear();
  for (const auto& exchange : std::exchange(waiting_, {})) {
    if (!exchange) continue;
    exchange->is_over = true;
    resume(*exchange, executor_);
  }
  end_bell_.cancel();
  deadline_bell_.cancel();
}

void Connection::send(std::string command, std::shared_ptr<Exchange> exchange) {
  if (is_open_ && waiting_.size() < pipeline_max) {
    waiting_.push_back(std::move(exchange));
    pending_ += command;
    post_write();
  } else if (exchange) {
    exchange->is_over = true;
  }
  wipe_memory(command.data(), command.size());  // it may hold a password
}

void Connection::post_write() {
  if (!writing_.empty() || std::exchange(write_posted_, true)) return;
  asio::post(executor_, [self = shared_from_this()] {
    self->write_posted_ = false;
    self->write_pending();
  });
}

/// Commands of one turn of the io thread are written together, and so are those that arrive during a write.
void Connection::write_pending() {
  writing_.swap(pending_);
  if (writing_.empty()) return;
  stream_->write(asio::buffer(writing_), [self = shared_from_this()](error_code error, std::size_t /*bytes*/) {
    wipe_memory(self->writing_.data(), self->writing_.size());
    self->writing_.clear();
    if (error) return self->close(error.message());
    self->write_pending();
  });
}

void Connection::read_more() {
  stream_->read(asio::buffer(input_), [self = shared_from_this()](error_code error, std::size_t bytes) {
    if (error) return self->close(error == asio::error::eof ? "it closed the connection" : error.message());
    self->take({self->input_.data(), bytes});
    if (self->is_open_) self->read_more();
  });
}

void Connection::take(std::string_view bytes) {
  reader_.feed(bytes);
  while (is_open_) {
    auto next = reader_.next();
    if (!next) return close(next.error());
    if (!*next) return;
    deliver(*std::move(*next));
  }
}

void Connection::deliver(Reply reply) {
  if (on_message_ && is_message(reply)) return on_message_();
  if (waiting_.empty()) {
    return close(reply.is_error() ? std::string_view{reply.text} : "an unexpected answer");
  }
  const auto exchange = std::move(waiting_.front());
  waiting_.pop_front();
  if (!exchange) return;
  exchange->reply = std::move(reply);
  exchange->is_over = true;
  resume(*exchange, executor_);
}

}  // namespace gatehouse::redis
