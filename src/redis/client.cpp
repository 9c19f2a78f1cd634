#include "redis/client.hpp"

#include <array>
#include <boost/asio/cancellation_state.hpp>
#include <utility>

#include "redis/command.hpp"
#include "runtime/periodic.hpp"

namespace gatehouse::redis {

namespace asio = boost::asio;

namespace {

Task<std::optional<Reply>> no_answer() { co_return std::nullopt; }

}  // namespace

Client::Client(Parts parts)
    : parts_(std::move(parts)), opener_(parts_.settings, parts_.probe), back_off_(parts_.seed, pause_max) {
  parts_.reach.add_loop();
}

Task<> Client::keep() {
  co_await asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  while (cancellation.cancelled() == asio::cancellation_type::none) {
    Opened opened = co_await opener_.open();
    if (opened && parts_.subscription) {
      co_await subscribe(*opened);
      if (!(*opened)->is_open()) opened = std::unexpected((*opened)->reason());
    }
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
    if (opened) {
      co_await use(*std::move(opened));
    } else {
      note_loss(false, opened.error());
    }
    const auto pause = back_off_.next();
    co_await runtime::pause_for(pause);
  }
}

Task<std::optional<Reply>> Client::ask(std::string command) {
  return connection_ ? connection_->ask(std::move(command), parts_.settings.timeout) : no_answer();
}

Task<std::optional<Reply>> Client::run(Invocation invocation) {
  std::string by_name = invocation.by_name();
  auto reply = co_await ask(std::move(by_name));
  if (!reply || !reply->is_error() || !reply->text.starts_with("NOSCRIPT")) co_return reply;
  std::string by_text = invocation.by_text();
  co_return co_await ask(std::move(by_text));
}

void Client::tell(std::string command) {
  if (connection_) connection_->tell(std::move(command));
}

void Client::give_up(std::string_view reason) {
  if (connection_) connection_->close(reason);
}

/// Uses the connection until it ends. After one that lasted, the next pause is short again.
Task<> Client::use(std::shared_ptr<Connection> connection) {
  constexpr int lasting_probes = 5;
  connection_ = connection;
  note_gain();
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  for (int probes = 1; connection->is_open() && cancellation.cancelled() == asio::cancellation_type::none; ++probes) {
    co_await connection->wait_for_end(probe_interval);
    if (parts_.subscription) leave_old_channel();
    // Nobody waits for this answer, so it may take as long as any step of connecting.
    co_await opener_.prove(connection, Opener::step_patience);
    co_await opener_.identify(connection);
    if (probes == lasting_probes) back_off_.reset();
  }
  connection->close("the service ends");
  connection_ = nullptr;
  if (cancellation.cancelled() == asio::cancellation_type::none) note_loss(true, connection->reason());
}

/// Closes the connection, with the reason, if Redis refuses.
Task<> Client::subscribe(std::shared_ptr<Connection> connection) {
  channel_ = parts_.subscription->channel();
  connection->on_message(parts_.subscription->on_message);
  const std::array<std::string_view, 2> words{"SUBSCRIBE", channel_};
  std::string command = to_command(words);
  const auto answer = co_await connection->ask(std::move(command), Opener::step_patience);
  if (answer && answer->is_error()) connection->close(answer->text);
}

void Client::leave_old_channel() {
  if (parts_.subscription->channel() != channel_) connection_->close("there is another channel to listen to");
}

void Client::note_gain() {
  if (parts_.reach.gain()) parts_.on_change({});
}

void Client::note_loss(bool did_reach, std::string_view reason) {
  if (parts_.reach.lose(did_reach, reason)) parts_.on_change(reason);
}

}  // namespace gatehouse::redis
