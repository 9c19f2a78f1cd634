#include "flows/letters/mail_budget.hpp"

#include <array>
#include <string>

namespace gatehouse::flows {

bool MailBudget::take(UserId user) const {
  const std::string whose = std::to_string(user.value);
  const std::array subjects{limits::Subject{limits::Policy::mail_account, whose}};
  return limits_.charge(subjects, now_()).is_allowed();
}

}  // namespace gatehouse::flows
