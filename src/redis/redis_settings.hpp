#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "config/setting.hpp"

namespace gatehouse::redis {

inline constexpr std::size_t sentinels_max = 16;

/// Where a server listens.
struct ServerAddress {
  std::string host;
  std::uint16_t port;

  friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

/// `host:port`, an IPv6 address in brackets.
[[nodiscard]] std::string to_text(const ServerAddress& address);

/// Which Redis the replicas share, and how long a request waits for it.
struct RedisSettings {
  std::vector<ServerAddress> servers;  ///< REDIS_URL: the server, or Sentinels that know it; empty: no Redis
  std::string master;                  ///< the name by which the Sentinels know it; empty: there are no Sentinels
  std::string user;                    ///< empty: Redis's own default user
  SecretString password;               ///< empty: none is sent
  unsigned database = 0;
  bool tls = false;
  std::chrono::milliseconds timeout{50};  ///< REDIS_TIMEOUT, for each command
  bool session_cache = false;             ///< REDIS_SESSION_CACHE: replicas share a cache of sessions

  [[nodiscard]] bool is_set() const { return !servers.empty(); }
  /// Where Redis is, for people to read: without user and password.
  [[nodiscard]] std::string name() const;
};

/// `redis://user:password@host:6379/0`, `rediss://` for TLS, or `redis+sentinel://user:password@a:26379,b:26379/name`.
/// User, password, ports and the number of the database may be left out.
[[nodiscard]] config::Parsed<void> read_redis_url(RedisSettings& settings, std::string_view url);

/// Their names, defaults and rules.
[[nodiscard]] config::Section<RedisSettings> redis_section();

}  // namespace gatehouse::redis
