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
/// A 4xx or 5xx reply counts against the message only once its recipient was named (RCPT TO). Before that, it concerns
/// the connection, the login or the sender (MAIL_FROM), which an operator can fix, and means `unreachable`; so does
/// 530, which demands a login, at any time. From its first send() on, the calling thread receives no signals, because a
/// closed connection must not end the process.
class SmtpTransport final : public Transport {
 public:
  static constexpr std::chrono::milliseconds connect_timeout{10'000};
  static constexpr std::chrono::milliseconds send_timeout{30'000};
  /// How long a message being sent may still take after the stop was requested.
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
  bool has_connection_ = false;     ///< the last message was sent, and its connection may still be open
};

}  // namespace gatehouse::mail
