#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "config/values.hpp"

namespace gatehouse::mail {

/// The mail server: SMTP_URL, parsed.
struct SmtpServer {
  bool uses_tls_at_once = false;  ///< smtps://; otherwise the connection switches to TLS by STARTTLS
  std::string host;               ///< a name, an IPv4 address, or an IPv6 address in brackets
  std::uint16_t port = 0;         ///< if the URL has none, 587 for smtp:// and 465 for smtps://
  std::string user;               ///< empty: no login
  SecretString password;

  [[nodiscard]] bool is_set() const { return !host.empty(); }
  /// Whether the connection stays on this machine, where nobody else can listen.
  [[nodiscard]] bool is_on_this_machine() const;
  /// `mail.example.com:587`, for people: without user and password.
  [[nodiscard]] std::string name() const;
};

/// `smtp://user:password@host:587` or `smtps://host`; user and password percent-encoded, no path, no query.
[[nodiscard]] config::Parsed<SmtpServer> read_smtp_url(std::string_view url);

}  // namespace gatehouse::mail
