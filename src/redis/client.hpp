#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "redis/connection.hpp"
#include "redis/opener.hpp"
#include "redis/reach.hpp"
#include "redis/reply.hpp"
#include "redis/script.hpp"
#include "runtime/back_off.hpp"
#include "runtime/task.hpp"

namespace gatehouse::redis {

/// One event loop's Redis: a connection that keep() opens again whenever it ends. Nobody waits for that; while there is
/// none, there is no answer, at once. One io thread's.
class Client {
 public:
  /// How often Redis is asked whether it still answers.
  static constexpr std::chrono::milliseconds probe_interval{1'000};
  /// The longest pause between two attempts to connect.
  static constexpr std::chrono::milliseconds pause_max{1'000};

  /// Told when it is reached, with an empty text, and why it is not; see Reach.
  using ChangeSink = std::function<void(std::string_view reason)>;

  /// What it listens to in the place of taking commands: a connection can do one of both.
  struct Subscription {
    std::function<std::string()> channel;  ///< where it is another one, it is subscribed to within probe_interval
    std::function<void()> on_message;      ///< not before it is reached, and not once keep() has ended
  };

  /// What it works with.
  struct Parts {
    const RedisSettings& settings;  ///< outlive the client
    Reach& reach;                   ///< likewise
    std::string probe;              ///< a command that it must be able to carry out, as to_command() makes it
    std::uint32_t seed;             ///< for the pauses between attempts
    ChangeSink on_change;
    std::optional<Subscription> subscription = {};  ///< without it, it takes commands
  };

  explicit Client(Parts parts);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects, and connects again, until it is cancelled.
  [[nodiscard]] Task<> keep();

  /// The answer, an error of Redis included; nothing where it is away or takes longer than REDIS_TIMEOUT. Then nobody
  /// knows whether the command was carried out.
  [[nodiscard]] Task<std::optional<Reply>> ask(std::string command);
  /// Sends a command whose answer nobody waits for, if Redis is there.
  void tell(std::string command);

  /// What a script answers, sent by its text where Redis does not know it by its name: it was restarted, or somebody
  /// flushed its scripts. As ask().
  [[nodiscard]] Task<std::optional<Reply>> run(Invocation invocation);

  /// Whose data it reaches; empty where that is not known, or it is away. Valid until the next co_await.
  [[nodiscard]] std::string_view server() const {
    return connection_ ? std::string_view{connection_->server()} : std::string_view{};
  }

  /// It answers, but not as it should: it is away, for this reason, until it has been connected to anew.
  void give_up(std::string_view reason);

 private:
  [[nodiscard]] Task<> use(std::shared_ptr<Connection> connection);
  [[nodiscard]] Task<> subscribe(std::shared_ptr<Connection> connection);
  void leave_old_channel();
  void note_gain();
  void note_loss(bool did_reach, std::string_view reason);

  const Parts parts_;
  Opener opener_;
  runtime::BackOff back_off_;
  std::shared_ptr<Connection> connection_;  ///< null: none is open
  std::string channel_;                     ///< that was subscribed to last
};

}  // namespace gatehouse::redis
