#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/setting.hpp"
#include "http/server_timing.hpp"
#include "http/unix_socket.hpp"

namespace gatehouse::http {

/// Where and how the service listens. Sizes in bytes.
struct ServerSettings {
  std::string host = "127.0.0.1";            ///< HOST; 0.0.0.0 in production
  std::optional<std::uint16_t> port = 8000;  ///< PORT; 0 picks a free one, nullopt is none
  UnixSocketSettings unix_socket;            ///< in addition to the port or instead of it
  unsigned io_threads = 0;                   ///< IO_THREADS; 0: one per core
  std::string tls_cert;                      ///< TLS_CERT, path of a PEM chain; with tls_key or not at all
  std::string tls_key;                       ///< TLS_KEY, path of a PEM key
  bool require_https = false;                ///< REQUIRE_HTTPS; true in production
  std::vector<std::string> trusted_proxies;  ///< TRUSTED_PROXIES, addresses and CIDR ranges
  /// TRUSTED_BACKENDS, likewise, and the word `private`; trusted_backend_ranges() says what it means.
  std::vector<std::string> trusted_backends{"private"};

  std::uint32_t header_bytes_max = 16 * 1024;          ///< HEADER_BYTES_MAX
  std::uint32_t body_bytes_max = 64 * 1024;            ///< BODY_BYTES_MAX
  std::chrono::milliseconds header_timeout{10'000};    ///< HEADER_TIMEOUT
  std::chrono::milliseconds body_timeout{20'000};      ///< BODY_TIMEOUT
  std::chrono::milliseconds idle_timeout{75'000};      ///< IDLE_TIMEOUT
  std::chrono::milliseconds keepalive_max{3'600'000};  ///< KEEPALIVE_MAX, of a connection, over all its requests
  std::chrono::milliseconds write_timeout{30'000};     ///< WRITE_TIMEOUT, for a client that does not read its answer
  std::chrono::milliseconds shutdown_delay{0};         ///< SHUTDOWN_DELAY, before the end begins
  std::chrono::milliseconds shutdown_timeout{10'000};  ///< SHUTDOWN_TIMEOUT, for requests in flight at SIGTERM
  std::uint32_t connections_max = 10'000;              ///< CONNECTIONS_MAX, per process
  std::uint32_t connections_per_address_max = 1000;    ///< CONNECTIONS_PER_ADDRESS_MAX
  std::uint32_t pipeline_max = 32;  ///< PIPELINE_MAX, requests of one connection answered by one write
  ServerTiming server_timing = ServerTiming::on_request;
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<ServerSettings> server_section();

/// Whether a server can listen on this host: an IP address or localhost.
[[nodiscard]] bool is_listening_address(const std::string& host);

/// An IPv4 or IPv6 address, alone or with a prefix length (`10.0.0.0/8`), returned as given.
[[nodiscard]] config::Parsed<std::string> parse_network(std::string_view text);

/// TRUSTED_BACKENDS as addresses and ranges: `private` stands for loopback, RFC 1918 and unique local addresses (RFC
/// 4193).
[[nodiscard]] std::vector<std::string> trusted_backend_ranges(const ServerSettings& settings);

}  // namespace gatehouse::http
