#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "mail/mail_settings.hpp"
#include "mail/transport.hpp"

namespace gatehouse::mail {

/// Hands messages to the mail server of SMTP_URL, through libcurl. The connection is kept for the next message until
/// rest().
///
/// A reply of the 4xx or 5xx class counts for the message only once the message was begun (MAIL FROM): before that it
/// is about the connection or the login, which an operator can mend, and means `unreachable`. The calling thread gets
/// no signals from its first send() on: a closed connection must not end the process.
class SmtpTransport final : public Transport {
 public:
  static constexpr std::chrono::milliseconds connect_timeout{10'000};
  static constexpr std::chrono::milliseconds send_timeout{30'000};
  /// What a message under way may still take once the stop was requested.
  static constexpr std::chrono::milliseconds stop_patience{500};

  /// `settings` outlive the transport.
  explicit SmtpTransport(const MailSettings& settings);
  ~SmtpTransport() override;

  [[nodiscard]] Delivery send(const Envelope& envelope, std::stop_token stop) override;
  void rest() noexcept override;

 private:
  struct Handle;

  [[nodiscard]] Delivery try_once(const Envelope& envelope, const std::stop_token& stop, bool& was_stale);

  const MailSettings& settings_;
  std::unique_ptr<Handle> handle_;  ///< from the first message to rest()
  bool has_connection_ = false;     ///< the last message went well, and its connection may be there still
};

}  // namespace gatehouse::mail
