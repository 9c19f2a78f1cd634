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

/// A connection that is good to use; or, as a text for operators without any secret, why there is none.
using Opened = std::expected<std::shared_ptr<Connection>, std::string>;

/// Opens connections to the Redis that the settings name: connects, checks its certificate, logs in, and has it answer
/// the probe, a command that it must be able to carry out. Sentinels are asked where it is each time.
class Opener {
 public:
  /// For each step that waits for the network.
  static constexpr std::chrono::milliseconds step_patience{1'000};

  /// The settings outlive it; `probe` as to_command() makes it.
  Opener(const RedisSettings& settings, std::string probe);

  /// Throws nothing but what memory runs out by.
  [[nodiscard]] Task<Opened> open();

  /// Has an open connection answer the probe; closes it, with the reason, where it does not.
  [[nodiscard]] Task<> prove(std::shared_ptr<Connection> connection, std::chrono::milliseconds at_most) const;

  /// Where sessions are kept: has an open connection say whose data it reaches, and closes it where these are no longer
  /// those of before. A server's data are of one run and one history: another process, or one that was a replica in
  /// between, may have lost what was written.
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
