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

/// The Redis connection of one event loop, which keep() reopens whenever it ends. Commands do not wait for that: while
/// there is no connection, they get no answer, at once. Confined to one io thread.
class Client {
 public:
  /// How often Redis is asked whether it still answers.
  static constexpr std::chrono::milliseconds probe_interval{1'000};
  /// The longest pause between two attempts to connect.
  static constexpr std::chrono::milliseconds pause_max{1'000};

  /// Called with an empty text when Redis is reached, and with the reason when it is not; see Reach.
  using ChangeSink = std::function<void(std::string_view reason)>;

  /// What the client listens to instead of taking commands: a connection can do only one of the two.
  struct Subscription {
    std::function<std::string()> channel;  ///< if it changes, the connection is replaced after probe_interval at most
    std::function<void()> on_message;      ///< not called after keep() has ended
  };

  /// What it works with.
  struct Parts {
    const RedisSettings& settings;  ///< outlive the client
    Reach& reach;                   ///< likewise
    std::string probe;              ///< a command that Redis must be able to carry out, as to_command() makes it
    std::uint32_t seed;             ///< for the pauses between attempts
    ChangeSink on_change;
    std::optional<Subscription> subscription = {};  ///< if absent, the client takes commands
  };

  explicit Client(Parts parts);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Connects, and connects again, until it is cancelled.
  [[nodiscard]] Task<> keep();

  /// Redis's answer, which may be an error; nothing if Redis is away or takes longer than REDIS_TIMEOUT. In that case
  /// nobody knows whether the command was carried out.
  [[nodiscard]] Task<std::optional<Reply>> ask(std::string command);
  /// Sends a command whose answer nobody waits for, if Redis is there.
  void tell(std::string command);

  /// A script's answer, as ask(). The script is sent as text if Redis does not know it by name, because Redis was
  /// restarted or its scripts were flushed.
  [[nodiscard]] Task<std::optional<Reply>> run(Invocation invocation);

  /// Which server's data it reaches; empty if that is not known or Redis is away. Valid until the next co_await.
  [[nodiscard]] std::string_view server() const {
    return connection_ ? std::string_view{connection_->server()} : std::string_view{};
  }

  /// For a Redis that answers, but not as it should: closes the connection for this reason. Redis counts as away until
  /// keep() has connected again.
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
  std::shared_ptr<Connection> connection_;  ///< null: no connection is open
  std::string channel_;                     ///< the one subscribed to last
};

}  // namespace gatehouse::redis
