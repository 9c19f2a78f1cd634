#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/status.hpp"

namespace gatehouse::http {

/// A server, and how far it must prove who it is.
struct ServerAddress {
  /// What the server must show.
  enum class Trust : std::uint8_t {
    certificate,  ///< by a certificate for `host` of an authority that the system knows
    anybody,      ///< whoever answers; for a server on this machine that is told nothing and believed little
  };

  bool uses_tls = false;
  std::string unix_path = {};  ///< of a Unix socket, over which there is no TLS; empty: host and port count
  std::string host = {};       ///< a name, or an address without brackets
  std::uint16_t port = 0;
  Trust trust = Trust::certificate;
};

/// What a server said.
struct FetchedAnswer {
  Status status;
  std::string body;
};

/// Sends one GET on a connection of its own and returns the answer, or why there is none. Blocks for at most
/// `patience`. A body has at most 64 KiB. For commands: no thread that serves may call it.
[[nodiscard]] std::expected<FetchedAnswer, std::string> fetch(const ServerAddress& server, std::string_view path,
                                                              std::chrono::milliseconds patience);

}  // namespace gatehouse::http
