#pragma once

#include <chrono>
#include <string>

#include "config/setting.hpp"
#include "mail/mailbox.hpp"
#include "mail/smtp_server.hpp"

namespace gatehouse::mail {

/// Whether a connection to the mail server must be encrypted, and its certificate verified.
enum class SmtpTls : std::uint8_t { required, off };

/// How mails are composed and where they are submitted.
struct MailSettings {
  SmtpServer server;                ///< SMTP_URL
  SmtpTls tls = SmtpTls::required;  ///< SMTP_TLS
  std::string tls_ca;               ///< SMTP_TLS_CA, path of a PEM file; empty: the system's authorities
  Mailbox from;                     ///< MAIL_FROM
  std::string templates;            ///< MAIL_TEMPLATES, a folder; empty: only the built-in ones
  std::chrono::seconds give_up{std::chrono::hours{24}};  ///< MAIL_GIVE_UP

  std::string frontend_url;                    ///< FRONTEND_URL, without a final slash
  std::string reset_path = "/reset-password";  ///< FRONTEND_RESET_PATH
  std::string verify_path = "/verify-email";   ///< FRONTEND_VERIFY_PATH
  std::string email_path = "/confirm-email";   ///< FRONTEND_EMAIL_PATH
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<MailSettings> mail_section();

}  // namespace gatehouse::mail
