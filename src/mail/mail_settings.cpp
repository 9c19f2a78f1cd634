#include "mail/mail_settings.hpp"

#include <algorithm>
#include <array>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "config/assign.hpp"
#include "config/checks.hpp"
#include "mail/template_folder.hpp"

namespace gatehouse::mail {
namespace {

using namespace config;
using std::chrono::days;
using std::chrono::minutes;
using Text = std::string_view;

constexpr std::string_view mail_group = "Mail";
constexpr std::array tls_choices{Choice<SmtpTls>{"required", SmtpTls::required}, Choice<SmtpTls>{"off", SmtpTls::off}};

Parsed<void> assign_server(MailSettings& settings, Text text) {
  auto server = read_smtp_url(text);
  if (!server) return std::unexpected(server.error());
  settings.server = std::move(*server);
  return {};
}

Parsed<void> assign_from(MailSettings& settings, Text text) {
  auto from = read_mailbox(text);
  if (!from) return std::unexpected(Unreadable{"an address, alone or as Name <address>"});
  settings.from = std::move(*from);
  return {};
}

Parsed<void> assign_frontend(MailSettings& settings, Text text) {
  const auto url = boost::urls::parse_uri(text);
  const bool is_web = url && (url->scheme() == "https" || url->scheme() == "http") && !url->host().empty();
  if (!is_web || url->has_userinfo() || url->has_query() || url->has_fragment()) {
    return std::unexpected(Unreadable{"the URL of a web site (write https://app.example.com)"});
  }
  settings.frontend_url = text.ends_with('/') ? text.substr(0, text.size() - 1) : text;
  return {};
}

Parsed<void> assign_path(Text text, std::string& path) {
  const auto relative = boost::urls::parse_origin_form(text);
  if (!relative || relative->has_query() || !text.starts_with('/') || text.starts_with("//")) {
    return std::unexpected(Unreadable{"a path that begins with /, without a query"});
  }
  path = text;
  return {};
}

constexpr auto mail_rows = std::to_array<SettingOf<MailSettings>>({
    {{"SMTP_URL", mail_group, "",
      "The mail server: smtp://user:password@host:587, or smtps:// for TLS from the first byte. Without it, "
      "no mails are sent; development writes them to data/outbox.",
      Secrecy::secret},
     assign_server},
    {{"SMTP_TLS", mail_group, "required",
      "required or off. Required: the connection is encrypted and the server's certificate verified. Production "
      "allows off only for a server on the same machine."},
     [](MailSettings& s, Text text) { return assign_choice(text, tls_choices, s.tls); }},
    {{"SMTP_TLS_CA", mail_group, "",
      "Path of the certificates (PEM) that vouch for the mail server, instead of the system's."},
     [](MailSettings& s, Text text) { return assign_text(text, s.tls_ca); }},
    {{"MAIL_FROM", mail_group, "", "The sender of mails: an address, alone or as Name <address>."}, assign_from},
    {{"MAIL_TEMPLATES", mail_group, "",
      "A folder with your own texts, such as reset-password.de.txt; the built-in ones are used for the rest."},
     [](MailSettings& s, Text text) { return assign_text(text, s.templates); }},
    {{"MAIL_GIVE_UP", mail_group, "24h", "How long sending a mail is retried."},
     [](MailSettings& s, Text text) { return assign_duration(text, {minutes{1}, days{14}}, s.give_up); }},
    {{"FRONTEND_URL", mail_group, "",
      "Where the links in mails lead: the application's address. Must be https, except in development, where the "
      "default is http://localhost:3000."},
     assign_frontend},
    {{"FRONTEND_RESET_PATH", mail_group, "/reset-password", "The page on which users choose a new password."},
     [](MailSettings& s, Text text) { return assign_path(text, s.reset_path); }},
    {{"FRONTEND_VERIFY_PATH", mail_group, "/verify-email", "The page on which users confirm their address."},
     [](MailSettings& s, Text text) { return assign_path(text, s.verify_path); }},
    {{"FRONTEND_EMAIL_PATH", mail_group, "/confirm-email", "The page on which users confirm a new address."},
     [](MailSettings& s, Text text) { return assign_path(text, s.email_path); }},
});

/// Without a mail server nothing is sent, and FRONTEND_URL may be meant for another program.
void check_server(const MailSettings& settings, Checks& checks) {
  if (!settings.server.is_set()) return;
  if (settings.tls == SmtpTls::off && settings.server.uses_tls_at_once) {
    checks.refuse({"SMTP_TLS", "is off, but SMTP_URL begins with smtps://", "leave SMTP_TLS out or write smtp://"});
  } else if (settings.tls == SmtpTls::off && !settings.server.is_on_this_machine()) {
    checks.refuse_in_production({"SMTP_TLS", "is off: others may read links and passwords in transit",
                                 "leave it out; SMTP_TLS_CA names a private authority"});
  }
  if (settings.from.address.empty()) {
    checks.refuse({"MAIL_FROM", "is not set, but SMTP_URL is", "write Name <no-reply@example.com>"});
  }
  if (settings.frontend_url.empty() && checks.environment() != Environment::development) {
    checks.refuse({"FRONTEND_URL", "is not set, but SMTP_URL is", "set the address that links in mails lead to"});
  }
  if (settings.frontend_url.starts_with("http://") && checks.environment() != Environment::development) {
    checks.refuse({"FRONTEND_URL", "is not https: others may read links in transit", "write https://"});
  }
}

void check(const MailSettings& settings, Checks& checks) {
  check_server(settings, checks);
  checks.require_readable("SMTP_TLS_CA", settings.tls_ca);
  if (settings.templates.empty()) return;
  for (const std::string& mistake : read_template_folder(settings.templates).mistakes) {
    checks.refuse({"MAIL_TEMPLATES", mistake, "correct it or remove the file"});
  }
}

}  // namespace

Section<MailSettings> mail_section() { return {.rows = mail_rows, .check = check}; }

}  // namespace gatehouse::mail
