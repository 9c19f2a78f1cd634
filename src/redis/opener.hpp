#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "redis/connection.hpp"
#include "redis/redis_settings.hpp"
#include "runtime/task.hpp"

namespace gatehouse::redis {

/// A connection that is ready for use, or why there is none: a text for operators, without any secret.
using Opened = std::expected<std::shared_ptr<Connection>, std::string>;

/// Opens connections to the Redis that the settings name: connects, checks its certificate, logs in, and sends the
/// probe, a command that Redis must be able to carry out. Sentinels are asked each time where Redis is.
class Opener {
 public:
  /// The time limit of each step that waits for the network.
  static constexpr std::chrono::milliseconds step_patience{1'000};

  /// `settings` outlive the opener; `probe` is a command as to_command() makes it.
  Opener(const RedisSettings& settings, std::string probe);

  /// Throws only when memory runs out.
  [[nodiscard]] Task<Opened> open();

  /// Sends the probe on an open connection; closes the connection, with the reason, if the probe fails.
  [[nodiscard]] Task<> prove(std::shared_ptr<Connection> connection, std::chrono::milliseconds at_most) const;

  /// If sessions are kept in Redis: asks an open connection which server's data it reaches, and closes it if they are
  /// not the same as before. A run and a replication history identify a server's data: another process, or one that was
  /// a replica in between, may have lost writes.
  [[nodiscard]] Task<> identify(std::shared_ptr<Connection> connection) const;

 private:
  [[nodiscard]] Task<Opened> connect(ServerAddress address);
  [[nodiscard]] Task<Opened> connect_and_log_in(ServerAddress address);
  [[nodiscard]] Task<std::expected<ServerAddress, std::string>> find_master();
  [[nodiscard]] Task<std::optional<ServerAddress>> ask_sentinel(ServerAddress sentinel);
  [[nodiscard]] std::vector<std::string> greetings() const;

  const RedisSettings& settings_;
  const std::string probe_;
  std::optional<boost::asio::ssl::context> tls_;  ///< nothing: plain text
};

}  // namespace gatehouse::redis
