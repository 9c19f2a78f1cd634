#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/audit_store.hpp"
#include "contract/login_fixture.hpp"
#include "mail/mail_store.hpp"

namespace gatehouse::testing {

inline service::Settings settings_with_mail() {
  service::Settings settings = test_settings();
  settings.mail.server = mail::read_smtp_url("smtp://127.0.0.1:2525").value();
  return settings;
}

/// The flows that send letters to users, and a look into the letters.
class RecoveryFixture : public LoginFixture {
 protected:
  static constexpr std::string_view right = "correct horse";
  static constexpr std::string_view next = "difference engine";

  explicit RecoveryFixture(service::Settings settings = settings_with_mail()) : LoginFixture(std::move(settings)) {}

  struct OpenedMail {
    std::string kind;
    std::string recipient;
    std::string token;
    mail::Variables variables;
  };

  /// Oldest first.
  std::vector<OpenedMail> mails() {
    static constexpr database::Statement all{"test_opened_mails",
                                             "SELECT id, kind, recipient, body FROM mails ORDER BY created_at, kind"};
    const database::Rows found = select(all);
    std::vector<OpenedMail> mails;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const std::string kind{found[i].text(1)};
      const auto contents =
          shared_.outbox.stationery()->sealer.open(mail::MailId{found[i].integer(0)}, kind, found[i].text(3)).value();
      mails.push_back({.kind = kind,
                       .recipient = std::string{found[i].text(2)},
                       .token = std::string{contents.token.reveal()},
                       .variables = contents.variables});
    }
    return mails;
  }
  /// `reset-password to ada@example.com`.
  std::vector<std::string> sent() {
    std::vector<std::string> lines;
    for (const OpenedMail& mail : mails()) lines.push_back(mail.kind + " to " + mail.recipient);
    return lines;
  }
  /// The token of the last letter of this kind.
  std::string token_of(std::string_view kind) {
    const auto all = mails();
    const auto found = std::ranges::find(all.rbegin(), all.rend(), kind, &OpenedMail::kind);
    return found == all.rend() ? "none" : found->token;
  }
  void forget_mails() { run_script("DELETE FROM mails"); }

  /// The newest event that is not a login event: `password.reset ok`.
  std::string last_event() {
    for (const auto& event : run(audit::AuditStore{*database_}.page({}, std::nullopt, 10)).events) {
      if (!event.type.starts_with("login.")) return event.type + " " + event.outcome + " " + event.reason.value_or("");
    }
    return "";
  }

  [[nodiscard]] flows::Asker asker() const { return {.origin = origin_, .languages = {}}; }

  void forget_password(const std::string& email) { run(capabilities_.password_reset.request(email, asker())); }
  [[nodiscard]] flows::PasswordReset reset_with(std::string token, std::string_view password) const {
    return {.token = std::move(token), .password = SecretString{password}, .asker = asker(), .client_gone = {}};
  }
  bool resets(std::string token, std::string_view password) {
    return run(capabilities_.password_reset.reset(reset_with(std::move(token), password))).has_value();
  }

  [[nodiscard]] flows::OwnerClaim claim(std::string session, std::string_view password) const {
    return {.session = std::move(session),
            .password = SecretString{password},
            .traces = {},
            .asker = asker(),
            .client_gone = {}};
  }
  [[nodiscard]] flows::PasswordChange change_with(std::string session, std::string_view current,
                                                  std::string_view wanted) const {
    return {.owner = claim(std::move(session), current), .new_password = SecretString{wanted}, .client = client_};
  }
  auto change_password(std::string session, std::string_view current, std::string_view wanted) {
    return run(capabilities_.password_change.change(change_with(std::move(session), current, wanted)));
  }
  auto ask_for_email(std::string session, std::string email, std::string_view password = right) {
    return run(capabilities_.email_change.request(
        {.owner = claim(std::move(session), password), .new_email = std::move(email)}));
  }
  auto confirm(std::string token) { return run(capabilities_.email_change.confirm(std::move(token), asker())); }
  bool verifies(std::string token) {
    return run(capabilities_.email_verification.verify(std::move(token), origin_)).has_value();
  }

  bool is_active(const std::string& session) { return run(sessions_.verify(session)).has_value(); }
  users::Contact contact(UserId user) { return run(users::UserStore{*database_}.find_contact(user)).value(); }
};

}  // namespace gatehouse::testing
