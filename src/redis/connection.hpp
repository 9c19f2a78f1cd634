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

/// A connection on which many commands are on their way at once. Redis answers them in their order.
///
/// It closes itself when an answer is late, when the server ends it, and when what comes is no answer: who waits then
/// is told at once. One io thread's. Whoever waits for the network keeps it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// Commands that wait for their answers; above it none is sent.
  static constexpr std::size_t pipeline_max = 4096;

  Connection(std::shared_ptr<Stream> stream, const Executor& executor);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Begins to read.
  void start();

  /// Called for each message of a channel that was subscribed to (Redis: Pub/Sub, RESP2). Before any is.
  void on_message(std::function<void()> handler) { on_message_ = std::move(handler); }

  /// The answer, an error of Redis included; nothing where the connection closes first, or within the time.
  [[nodiscard]] Task<std::optional<Reply>> ask(std::string command, std::chrono::milliseconds at_most);
  /// Sends a command whose answer nobody waits for.
  void tell(std::string command);

  /// Returns when it is closed, or after the time.
  [[nodiscard]] Task<> wait_for_end(std::chrono::milliseconds at_most);

  /// The first reason counts.
  void close(std::string_view reason);
  [[nodiscard]] bool is_open() const { return is_open_; }
  /// Why it is closed.
  [[nodiscard]] const std::string& reason() const { return reason_; }

  /// Which server's data it reaches, as the opener has learnt; empty: nobody has asked.
  [[nodiscard]] const std::string& server() const { return server_; }
  void know(std::string server) { server_ = std::move(server); }

 private:
  using Clock = std::chrono::steady_clock;
  using Waiter = boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void()>::handler_type;

  /// A command that waits for its answer.
  struct Exchange {
    std::chrono::milliseconds at_most{};
    Clock::time_point deadline;
    std::optional<Waiter> waiter;  ///< resumed by the answer, by the end of the connection, or where it is cancelled
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
  runtime::SteadyTimer deadline_bell_;  ///< one for all, because setting a timer for each costs more than all else here
  Clock::time_point watched_ = Clock::time_point::max();  ///< when it rings
  ReplyReader reader_;
  std::array<char, 16'384> input_;
  std::string pending_;                            ///< commands that the current write does not hold
  std::string writing_;                            ///< empty: nothing is being written
  std::deque<std::shared_ptr<Exchange>> waiting_;  ///< in the order of their commands; null: nobody waits
  std::function<void()> on_message_;               ///< empty: there are none
  std::string reason_;
  std::string server_;
  bool write_posted_ = false;
  bool is_open_ = true;
};

}  // namespace gatehouse::redis
