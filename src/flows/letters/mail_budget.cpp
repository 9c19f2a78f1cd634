#include "flows/letters/mail_budget.hpp"

#include <array>

namespace gatehouse::flows {
namespace {

limits::Subject subject_of(std::string_view whose) { return {limits::Policy::mail_account, whose}; }

}  // namespace

CountedMail& CountedMail::operator=(CountedMail&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(whose_, other.whose_);
  std::swap(is_shared_, other.is_shared_);
  std::swap(shared_, other.shared_);
  return *this;
}

CountedMail::~CountedMail() {
  if (budget_ == nullptr) return;
  if (!is_shared_) {
    budget_->give_back(whose_);
  } else if (const auto shared = shared_.lock()) {
    budget_->give_back_shared(whose_, *shared);
  }
}

Task<std::optional<CountedMail>> MailBudget::take(mail::Kind kind, UserId user, Shared shared) const {
  return charge(std::string{to_text(kind)} + " " + std::to_string(user.value), std::move(shared));
}

Task<std::optional<CountedMail>> MailBudget::take(mail::Kind kind, std::string email_key, Shared shared) const {
  return charge(std::string{to_text(kind)} + " to " + email_key, std::move(shared));
}

Task<std::optional<CountedMail>> MailBudget::charge(std::string whose, Shared shared) const {
  limits::Verdict verdict;
  if (shared) {
    verdict = co_await limits_.charge_shared(subject_of(whose), *shared, now_);
  } else {
    const std::array subjects{subject_of(whose)};
    verdict = limits_.charge(subjects, now_());
  }
  if (!verdict.is_allowed()) co_return std::nullopt;
  if (!verdict.is_shared) shared = nullptr;
  co_return CountedMail{*this, std::move(whose), shared};
}

void MailBudget::give_back(std::string_view whose) const noexcept { limits_.give_back(subject_of(whose), now_()); }

void MailBudget::give_back_shared(std::string_view whose, limits::SharedLimits& shared) const {
  limits_.give_back_shared(subject_of(whose), shared);
}

}  // namespace gatehouse::flows
