#include "flows/letters/mail_budget.hpp"

#include <array>

namespace gatehouse::flows {
namespace {

limits::Subject subject_of(std::string_view whose) { return {limits::Policy::mail_account, whose}; }

}  // namespace

CountedMail& CountedMail::operator=(CountedMail&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(whose_, other.whose_);
  return *this;
}

CountedMail::~CountedMail() {
  if (budget_ != nullptr) budget_->give_back(whose_);
}

std::optional<CountedMail> MailBudget::take(mail::Kind kind, UserId user) const {
  return charge(std::string{to_text(kind)} + " " + std::to_string(user.value));
}

std::optional<CountedMail> MailBudget::take(mail::Kind kind, std::string_view email_key) const {
  return charge(std::string{to_text(kind)} + " to " + std::string{email_key});
}

std::optional<CountedMail> MailBudget::charge(std::string whose) const {
  const std::array subjects{subject_of(whose)};
  if (!limits_.charge(subjects, now_()).is_allowed()) return std::nullopt;
  return CountedMail{*this, std::move(whose)};
}

void MailBudget::give_back(std::string_view whose) const noexcept { limits_.give_back(subject_of(whose), now_()); }

}  // namespace gatehouse::flows
