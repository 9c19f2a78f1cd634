#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "http/status.hpp"

namespace gatehouse::http {

/// A server, and how it must prove who it is.
struct ServerAddress {
  /// What the server must prove its identity with.
  enum class Trust : std::uint8_t {
    certificate,  ///< a certificate for `host` from an authority that the system trusts
    anybody,      ///< nothing; for a server on this machine that is told nothing and trusted little
  };

  bool uses_tls = false;
  std::string unix_path = {};  ///< of a Unix socket, which has no TLS; empty: host and port count
  std::string host = {};       ///< a name, or an address without brackets
  std::uint16_t port = 0;
  Trust trust = Trust::certificate;
};

/// A server's answer.
struct FetchedAnswer {
  Status status;
  std::string body;
};

/// Sends one GET on a new connection and returns the answer, or why there is none. Blocks for at most `patience`. A
/// body has at most 64 KiB. For commands; must not be called on a thread that serves.
[[nodiscard]] std::expected<FetchedAnswer, std::string> fetch(const ServerAddress& server, std::string_view path,
                                                              std::chrono::milliseconds patience);

}  // namespace gatehouse::http
