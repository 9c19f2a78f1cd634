#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "limits/rate_limits.hpp"
#include "mail/kind.hpp"

namespace gatehouse::flows {

class MailBudget;

/// A mail that is counted. Unless it is kept, because what it tells of is committed, it is as if nobody had asked for
/// it: what fails must not use up the mails about what happens.
class [[nodiscard]] CountedMail {
 public:
  /// None.
  CountedMail() = default;
  CountedMail(const MailBudget& budget, std::string whose) : budget_(&budget), whose_(std::move(whose)) {}
  CountedMail(CountedMail&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), whose_(std::move(other.whose_)) {}
  CountedMail& operator=(CountedMail&& other) noexcept;
  CountedMail(const CountedMail&) = delete;
  CountedMail& operator=(const CountedMail&) = delete;
  ~CountedMail();

  void keep() { budget_ = nullptr; }

 private:
  const MailBudget* budget_ = nullptr;  ///< that it is given back to
  std::string whose_;
};

/// How often mails of one kind are sent to one user, or to an address that a user wants (RATE_LIMIT_MAIL_ACCOUNT). Each
/// kind has a budget of its own: who asks for mails of another kind in somebody's name does not keep them from a reset.
/// Any thread.
class MailBudget {
 public:
  /// `limits` outlives it. `now` is a steady clock's.
  MailBudget(limits::RateLimits& limits, std::function<limits::Instant()> now)
      : limits_(limits), now_(std::move(now)) {}

  /// One more; nothing where there were too many. The budget outlives it.
  [[nodiscard]] std::optional<CountedMail> take(mail::Kind kind, UserId user) const;
  /// The same for a mail to an address, by users::email_key().
  [[nodiscard]] std::optional<CountedMail> take(mail::Kind kind, std::string_view email_key) const;

 private:
  friend CountedMail;
  [[nodiscard]] std::optional<CountedMail> charge(std::string whose) const;
  void give_back(std::string_view whose) const noexcept;

  limits::RateLimits& limits_;
  const std::function<limits::Instant()> now_;
};

}  // namespace gatehouse::flows
