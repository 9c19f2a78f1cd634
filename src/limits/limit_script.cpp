#include "limits/limit_script.hpp"

#include <string_view>

// Lua counts in doubles, which are exact up to 2^53 microseconds, the year 2255. By default it writes them with 14
// digits, hence "%.0f".
//
// The script only moves the arrivals. How much is left is computed here, from the time and the arrivals in its answer:
// {allowed, now, the previous arrival of each key}. So there is one implementation of that.
//
// A key expires at a point in time, and not after an interval: Redis counts intervals from the millisecond in which the
// script began, so with a short interval the key would expire before its arrival.

namespace gatehouse::limits {
namespace {

// ARGV, for each key: the interval of its quota, and how far ahead its arrival may lie.
constexpr std::string_view charge_text = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local arrivals, allowed = {}, 1
for i, key in ipairs(KEYS) do
  arrivals[i] = tonumber(redis.call('GET', key)) or 0
  if arrivals[i] - now > tonumber(ARGV[2 * i]) then allowed = 0 end
end
if allowed == 1 then
  for i, key in ipairs(KEYS) do
    local after = math.max(arrivals[i], now) + ARGV[2 * i - 1]
    redis.call('SET', key, string.format('%.0f', after))
    redis.call('PEXPIREAT', key, string.format('%.0f', math.ceil(after / 1000)))
  end
end
return {allowed, now, unpack(arrivals)}
)lua";

constexpr std::string_view give_back_text = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for i, key in ipairs(KEYS) do
  local after = (tonumber(redis.call('GET', key)) or 0) - ARGV[2 * i - 1]
  if after > now then
    redis.call('SET', key, string.format('%.0f', after))
    redis.call('PEXPIREAT', key, string.format('%.0f', math.ceil(after / 1000)))
  else
    redis.call('DEL', key)
  end
end
return 1
)lua";

redis::Invocation with(const redis::Script& script, std::span<const KeyCharge> charges) {
  redis::Invocation invocation{.script = script, .keys = {}, .arguments = {}};
  for (const KeyCharge& charge : charges) {
    const auto interval = charge.quota.interval();
    invocation.keys.push_back(charge.key);
    invocation.arguments.push_back(std::to_string(interval.count()));
    invocation.arguments.push_back(std::to_string(((charge.quota.burst - 1) * interval).count()));
  }
  return invocation;
}

}  // namespace

redis::Invocation charging(std::span<const KeyCharge> charges) {
  static const redis::Script script{charge_text};
  return with(script, charges);
}

redis::Invocation giving_back(std::span<const KeyCharge> charges) {
  static const redis::Script script{give_back_text};
  return with(script, charges);
}

std::optional<Outcome> outcome_in(const redis::Reply& reply, std::span<const KeyCharge> charges) {
  constexpr std::size_t before_arrivals = 2;
  if (reply.items.size() != before_arrivals + charges.size()) return std::nullopt;
  const bool is_allowed = reply.items[0].integer == 1;
  const Instant now{reply.items[1].integer};
  Outcome outcome;
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const Instant before{reply.items[before_arrivals + i].integer};
    const auto after = use_unit(before, charges[i].quota, now);
    if (!after && !outcome.refused_by) outcome.refused_by = i;
    outcome.standings[i] = standing(is_allowed ? after.value_or(before) : before, charges[i].quota, now);
  }
  if (outcome.is_allowed() != is_allowed) return std::nullopt;
  return outcome;
}

}  // namespace gatehouse::limits
