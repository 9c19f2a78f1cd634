#pragma once

#include <string>
#include <string_view>

#include "mail/mail_settings.hpp"
#include "mail/model.hpp"

namespace gatehouse::mail {

/// What all mails of an installation have in common. `settings` outlive it. Any thread.
class Letterhead {
 public:
  explicit Letterhead(const MailSettings& settings) : settings_(settings) {}

  /// MAIL_FROM; if it is not set, in development, an address that belongs to nobody.
  [[nodiscard]] Mailbox from() const;

  /// FRONTEND_URL, the page for this kind, and the token; nothing in it comes from a request. Empty if the kind has no
  /// page or if there is no token. The token consists of characters that need no encoding in a URL.
  [[nodiscard]] std::string link(Kind kind, std::string_view token) const;

  /// The letter's own variables and those that every letter has.
  [[nodiscard]] Variables variables(const ClaimedMail& mail, Kind kind, const Contents& contents) const;

 private:
  [[nodiscard]] std::string frontend() const;

  const MailSettings& settings_;
};

}  // namespace gatehouse::mail
