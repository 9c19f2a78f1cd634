#include "limits/gcra.hpp"

#include <algorithm>

namespace gatehouse::limits {

std::optional<Instant> use_unit(Instant arrival, const Quota& quota, Instant now) {
  const Instant due = std::max(arrival, now);
  if (due - now > (quota.burst - 1) * quota.interval()) return std::nullopt;
  return due + quota.interval();
}

Instant give_back_unit(Instant arrival, const Quota& quota, Instant now) {
  return std::max(arrival - quota.interval(), now);
}

Standing standing(Instant arrival, const Quota& quota, Instant now) {
  const Instant interval = quota.interval();
  const Instant missing = arrival - now;
  if (missing <= Instant{0}) return {quota.burst, std::chrono::seconds{0}};
  const std::int64_t remaining = std::max<std::int64_t>((quota.burst * interval - missing) / interval, 0);
  // If this much or less were missing, there would be one more unit.
  const Instant enough = (quota.burst - remaining - 1) * interval;
  return {remaining, std::chrono::ceil<std::chrono::seconds>(missing - enough)};
}

}  // namespace gatehouse::limits
