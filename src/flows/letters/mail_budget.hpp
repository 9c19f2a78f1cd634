#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "limits/rate_limits.hpp"
#include "limits/shared_limits.hpp"
#include "mail/kind.hpp"
#include "runtime/task.hpp"

namespace gatehouse::flows {

class MailBudget;

/// A mail that counts against a budget. keep() it once what it reports is committed; otherwise it is given back,
/// because what fails must not use up the mails about what happens.
class [[nodiscard]] CountedMail {
 public:
  /// No mail.
  CountedMail() = default;
  /// `shared`, which need not outlive it, is what counted it; null: this process counted it.
  CountedMail(const MailBudget& budget, std::string whose, const std::shared_ptr<limits::SharedLimits>& shared)
      : budget_(&budget), whose_(std::move(whose)), is_shared_(shared != nullptr), shared_(shared) {}
  CountedMail(CountedMail&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)),
        whose_(std::move(other.whose_)),
        is_shared_(other.is_shared_),
        shared_(std::move(other.shared_)) {}
  CountedMail& operator=(CountedMail&& other) noexcept;
  CountedMail(const CountedMail&) = delete;
  CountedMail& operator=(const CountedMail&) = delete;
  ~CountedMail();

  void keep() { budget_ = nullptr; }

 private:
  const MailBudget* budget_ = nullptr;  ///< to which it is given back
  std::string whose_;
  bool is_shared_ = false;
  std::weak_ptr<limits::SharedLimits> shared_;
};

/// Limits how often mails of one kind are sent to one user, or to an address that a user wants
/// (RATE_LIMIT_MAIL_ACCOUNT). Each kind has its own budget, so whoever asks for mails of another kind in somebody's
/// name does not keep them from a reset. Any thread.
class MailBudget {
 public:
  /// `limits` outlives it. `now` is a steady clock's.
  MailBudget(limits::RateLimits& limits, std::function<limits::Instant()> now)
      : limits_(limits), now_(std::move(now)) {}

  /// Where an io thread counts if replicas count together; null: this process counts for itself.
  using Shared = std::shared_ptr<limits::SharedLimits>;

  /// Counts one more mail; nullopt if there were too many. The budget outlives it.
  [[nodiscard]] Task<std::optional<CountedMail>> take(mail::Kind kind, UserId user, Shared shared = nullptr) const;
  /// The same for a mail to an address, by users::email_key().
  [[nodiscard]] Task<std::optional<CountedMail>> take(mail::Kind kind, std::string email_key,
                                                      Shared shared = nullptr) const;

 private:
  friend CountedMail;
  [[nodiscard]] Task<std::optional<CountedMail>> charge(std::string whose, Shared shared) const;
  void give_back(std::string_view whose) const noexcept;
  void give_back_shared(std::string_view whose, limits::SharedLimits& shared) const;

  limits::RateLimits& limits_;
  const std::function<limits::Instant()> now_;
};

}  // namespace gatehouse::flows
