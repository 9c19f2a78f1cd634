#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "limits/rate_limits.hpp"
#include "mail/kind.hpp"

namespace gatehouse::flows {

/// How often mails of one kind are sent to one user, or to an address that a user wants (RATE_LIMIT_MAIL_ACCOUNT). Each
/// kind has a budget of its own: who asks for mails of another kind in somebody's name does not keep them from a reset.
/// Any thread.
class MailBudget {
 public:
  /// `limits` outlives it. `now` is a steady clock's.
  MailBudget(limits::RateLimits& limits, std::function<limits::Instant()> now)
      : limits_(limits), now_(std::move(now)) {}

  /// Whether there may be one more, which is counted then.
  [[nodiscard]] bool take(mail::Kind kind, UserId user) const;
  /// The same for a mail to an address, by users::email_key().
  [[nodiscard]] bool take(mail::Kind kind, std::string_view email_key) const;

 private:
  [[nodiscard]] bool charge(std::string_view whose) const;

  limits::RateLimits& limits_;
  const std::function<limits::Instant()> now_;
};

}  // namespace gatehouse::flows
