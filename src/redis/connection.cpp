#include "redis/connection.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "base/secret_string.hpp"

namespace gatehouse::redis {

namespace asio = boost::asio;

using boost::system::error_code;

namespace {

/// `message`, the channel and the text, which come without having been asked for.
bool is_message(const Reply& reply) { return reply.items.size() == 3 && reply.items.front().text == "message"; }

}  // namespace

Connection::Connection(std::shared_ptr<Stream> stream, const Executor& executor)
    : stream_(std::move(stream)), end_bell_(executor) {}

void Connection::start() { read_more(); }

Task<std::optional<Reply>> Connection::ask(std::string command, std::chrono::milliseconds at_most) {
  const auto self = shared_from_this();
  const Executor executor = co_await asio::this_coro::executor;
  const auto exchange = std::make_shared<Exchange>(executor);
  exchange->bell.expires_after(at_most);
  send(std::move(command), exchange);
  if (exchange->is_over) co_return std::nullopt;
  error_code silenced;
  co_await exchange->bell.async_wait(asio::redirect_error(use_task, silenced));
  // Silenced and not over: the one who waits was cancelled, which says nothing about Redis.
  const bool is_late = !silenced && !exchange->is_over;
  if (is_late) close("no answer within " + std::to_string(at_most.count()) + " ms");
  co_return std::move(exchange->reply);
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
  for (const auto& exchange : std::exchange(waiting_, {})) {
    if (!exchange) continue;
    exchange->is_over = true;
    exchange->bell.cancel();
  }
  end_bell_.cancel();
}

void Connection::send(std::string command, std::shared_ptr<Exchange> exchange) {
  if (!is_open_ || waiting_.size() >= pipeline_max) {
    if (exchange) exchange->is_over = true;
    return;
  }
  waiting_.push_back(std::move(exchange));
  pending_ += command;
  wipe_memory(command.data(), command.size());  // it may hold a password
  if (writing_.empty()) write_pending();
}

/// Commands that come while one write is under way go together with the next one.
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
    return close(reply.is_error() ? std::string_view{reply.text} : "an answer that nobody asked for");
  }
  const auto exchange = std::move(waiting_.front());
  waiting_.pop_front();
  if (!exchange) return;
  exchange->reply = std::move(reply);
  exchange->is_over = true;
  exchange->bell.cancel();
}

}  // namespace gatehouse::redis
