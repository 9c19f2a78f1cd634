#pragma once

#include <functional>
#include <utility>

#include "base/ids.hpp"
#include "limits/rate_limits.hpp"

namespace gatehouse::flows {

/// How often mails are sent to one user because somebody asks for them (RATE_LIMIT_MAIL_ACCOUNT). Any thread.
class MailBudget {
 public:
  /// `limits` outlives it. `now` is a steady clock's.
  MailBudget(limits::RateLimits& limits, std::function<limits::Instant()> now)
      : limits_(limits), now_(std::move(now)) {}

  /// Whether there may be one more, which is counted then.
  [[nodiscard]] bool take(UserId user) const;

 private:
  limits::RateLimits& limits_;
  const std::function<limits::Instant()> now_;
};

}  // namespace gatehouse::flows
