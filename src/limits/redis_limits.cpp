#include "limits/redis_limits.hpp"

#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace gatehouse::limits {

std::string redis_probe() {
  const std::array nobody{
      KeyCharge{.key = "gatehouse:limit:probe", .quota = {1'000'000, std::chrono::seconds{1}, 1'000'000}}};
  return charging(nobody).by_text();
}

Task<std::optional<Outcome>> RedisLimits::charge(std::span<const SharedCharge> charges) {
  assert(charges.size() <= charges_max);
  std::vector<KeyCharge> keys;
  for (const SharedCharge& one : charges) keys.push_back({keys_->of(one.subject), one.quota});
  redis::Invocation invocation = charging(keys);
  const auto reply = co_await client_.run(std::move(invocation));
  if (!reply) co_return std::nullopt;
  const auto outcome = outcome_in(*reply, keys);
  if (!outcome) client_.give_up(reply->is_error() ? std::string_view{reply->text} : "its answer is unexpected");
  co_return outcome;
}

void RedisLimits::give_back(const SharedCharge& charge) {
  const std::array one{KeyCharge{keys_->of(charge.subject), charge.quota}};
  client_.tell(giving_back(one).by_text());
}

}  // namespace gatehouse::limits
