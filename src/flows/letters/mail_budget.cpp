#include "flows/letters/mail_budget.hpp"

#include <array>
#include <string>

namespace gatehouse::flows {

bool MailBudget::take(mail::Kind kind, UserId user) const {
  return charge(std::string{to_text(kind)} + " " + std::to_string(user.value));
}

bool MailBudget::take(mail::Kind kind, std::string_view email_key) const {
  return charge(std::string{to_text(kind)} + " to " + std::string{email_key});
}

bool MailBudget::charge(std::string_view whose) const {
  const std::array subjects{limits::Subject{limits::Policy::mail_account, whose}};
  return limits_.charge(subjects, now_()).is_allowed();
}

}  // namespace gatehouse::flows
