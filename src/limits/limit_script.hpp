#pragma once

#include <optional>
#include <span>
#include <string>

#include "limits/gcra.hpp"
#include "limits/outcome.hpp"
#include "redis/reply.hpp"
#include "redis/script.hpp"

namespace gatehouse::limits {

/// gcra.hpp as scripts that Redis runs, each atomically and by Redis's clock, in microseconds since 1970. A key's value
/// is its arrival as decimal digits; the key expires when nothing is missing from its bucket.

/// One unit of the quota of a key in Redis.
struct KeyCharge {
  std::string key;
  Quota quota;
};

/// Charges every key one unit, or none of them; outcome_in() reads the answer.
[[nodiscard]] redis::Invocation charging(std::span<const KeyCharge> charges);
/// Gives one unit of each key back.
[[nodiscard]] redis::Invocation giving_back(std::span<const KeyCharge> charges);

/// The outcome in Redis's reply to charging() for these charges; nothing if the reply holds none.
[[nodiscard]] std::optional<Outcome> outcome_in(const redis::Reply& reply, std::span<const KeyCharge> charges);

}  // namespace gatehouse::limits
