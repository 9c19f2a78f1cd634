#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "config/values.hpp"

namespace gatehouse::mail {

/// Where mails are handed in: SMTP_URL, taken apart.
struct SmtpServer {
  bool uses_tls_at_once = false;  ///< smtps://; else the connection turns to TLS by STARTTLS
  std::string host;               ///< a name, an IPv4 address, or an IPv6 address in brackets
  std::uint16_t port = 0;         ///< 587 of smtp:// and 465 of smtps://, where the URL has none
  std::string user;               ///< empty: no login
  SecretString password;

  [[nodiscard]] bool is_set() const { return !host.empty(); }
  /// Whether nobody else can listen on the way there.
  [[nodiscard]] bool is_on_this_machine() const;
  /// `mail.example.com:587`, for people: without user and password.
  [[nodiscard]] std::string name() const;
};

/// `smtp://user:password@host:587` or `smtps://host`; user and password percent-encoded, no path, no query.
[[nodiscard]] config::Parsed<SmtpServer> read_smtp_url(std::string_view url);

}  // namespace gatehouse::mail
