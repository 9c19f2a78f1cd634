#include "limits/redis_limits.hpp"

#include <array>
#include <cassert>
#include <utility>
#include <vector>

namespace gatehouse::limits {

std::string redis_probe() {
  const std::array nobody{
      KeyCharge{.key = "gatehouse:limit:probe", .quota = {1'000'000, std::chrono::seconds{1}, 1'000'000}}};
  return charge_script().by_text(nobody);
}

Task<std::optional<Outcome>> RedisLimits::charge(std::span<const SharedCharge> charges) {
  assert(charges.size() <= charges_max);
  std::vector<KeyCharge> keys;
  for (const SharedCharge& one : charges) keys.push_back({keys_->of(one.subject), one.quota});
  const auto reply = co_await run(charge_script(), keys);
  if (!reply) co_return std::nullopt;
  const auto outcome = outcome_in(*reply, keys);
  if (!outcome) client_.give_up(reply->is_error() ? std::string_view{reply->text} : "its answer is not the script's");
  co_return outcome;
}

/// By its text where Redis does not know it by its name: it was restarted, or somebody flushed its scripts.
Task<std::optional<redis::Reply>> RedisLimits::run(const LimitScript& script, std::span<const KeyCharge> charges) {
  std::string by_name = script.by_name(charges);
  auto reply = co_await client_.ask(std::move(by_name));
  if (!reply || !reply->is_error() || !reply->text.starts_with("NOSCRIPT")) co_return reply;
  std::string by_text = script.by_text(charges);
  co_return co_await client_.ask(std::move(by_text));
}

void RedisLimits::give_back(const SharedCharge& charge) {
  const std::array one{KeyCharge{keys_->of(charge.subject), charge.quota}};
  client_.tell(give_back_script().by_text(one));
}

}  // namespace gatehouse::limits
