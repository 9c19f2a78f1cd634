#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "redis/reply.hpp"
#include "redis/stream.hpp"
#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::redis {

/// A pipelined connection: many commands are under way at once, and Redis answers them in order.
///
/// It closes itself when an answer is late, when the server closes it, and when the bytes received are no answer. Those
/// who wait are then told at once. Confined to one io thread. Whatever waits for the network keeps it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// The most commands that may wait for their answers; beyond that, none is sent.
  static constexpr std::size_t pipeline_max = 4096;

  Connection(std::shared_ptr<Stream> stream, const Executor& executor);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read.
  void start();

  /// Sets what is called for each message of a subscribed channel (Redis: Pub/Sub, RESP2). Call it before subscribing.
  void on_message(std::function<void()> handler) { on_message_ = std::move(handler); }

  /// Redis's answer, which may be an error; nothing if the connection closes first or no answer arrives in time.
  [[nodiscard]] Task<std::optional<Reply>> ask(std::string command, std::chrono::milliseconds at_most);
  /// Sends a command whose answer nobody waits for.
  void tell(std::string command);

  /// Returns when the connection is closed, or after `at_most`.
  [[nodiscard]] Task<> wait_for_end(std::chrono::milliseconds at_most);

  /// If it is called more than once, the first reason counts.
  void close(std::string_view reason);
  [[nodiscard]] bool is_open() const { return is_open_; }
  /// Why it is closed.
  [[nodiscard]] const std::string& reason() const { return reason_; }

  /// Which server's data it reaches, as the opener found out; empty: not known.
  [[nodiscard]] const std::string& server() const { return server_; }
  void know(std::string server) { server_ = std::move(server); }

 private:
  using Clock = std::chrono::steady_clock;
  using Waiter = boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void()>::handler_type;

  /// A command that waits for its answer.
  struct Exchange {
    std::chrono::milliseconds at_most{};
    Clock::time_point deadline;
    std::optional<Waiter> waiter;  ///< resumed by the answer, the end of the connection, or cancellation
    std::optional<Reply> reply;
    bool is_over = false;
  };

  [[nodiscard]] static Task<std::optional<Reply>> ask_on(std::shared_ptr<Connection> self, std::string command,
                                                         std::chrono::milliseconds at_most);
  [[nodiscard]] Task<> wait_for(std::shared_ptr<Exchange> exchange);
  static void resume(Exchange& exchange, const Executor& executor);
  void watch(Clock::time_point deadline);
  void end_if_late();
  void send(std::string command, std::shared_ptr<Exchange> exchange);
  void post_write();
  void write_pending();
  void read_more();
  void take(std::string_view bytes);
  void deliver(Reply reply);

  const std::shared_ptr<Stream> stream_;
  const Executor executor_;
  runtime::SteadyTimer end_bell_;
  runtime::SteadyTimer deadline_bell_;  ///< one for all commands: setting one for each costs more than all else here
  Clock::time_point watched_ = Clock::time_point::max();  ///< when deadline_bell_ rings
  ReplyReader reader_;
  std::array<char, 16'384> input_;
  std::string pending_;                            ///< commands that are not part of the current write
  std::string writing_;                            ///< empty: nothing is being written
  std::deque<std::shared_ptr<Exchange>> waiting_;  ///< in the order of their commands; null: nobody waits
  std::function<void()> on_message_;               ///< empty: no messages are expected
  std::string reason_;
  std::string server_;
  bool write_posted_ = false;
  bool is_open_ = true;
};

}  // namespace gatehouse::redis
