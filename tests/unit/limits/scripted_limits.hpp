#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "limits/shared_limits.hpp"

namespace gatehouse::limits {

/// Shared budgets whose answers the test chooses.
class ScriptedLimits final : public SharedLimits {
 public:
  [[nodiscard]] Task<std::optional<Outcome>> charge(std::span<const SharedCharge> charges) override {
    for (const SharedCharge& each : charges) charged.push_back(text_of(each));
    const std::optional<Outcome> outcome = outcomes.front();
    outcomes.pop_front();
    co_return outcome;
  }
  void give_back(const SharedCharge& charge) override { given_back.push_back(text_of(charge)); }

  std::deque<std::optional<Outcome>> outcomes;  ///< of the next charges; nullopt: the budgets are unavailable
  std::vector<std::string> charged;             ///< `login 198.51.100.7`
  std::vector<std::string> given_back;

 private:
  static std::string text_of(const SharedCharge& charge) {
    return std::string{to_text(charge.subject.policy)} + ' ' + std::string{charge.subject.whose};
  }
};

}  // namespace gatehouse::limits
