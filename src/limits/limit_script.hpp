#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "limits/gcra.hpp"
#include "limits/outcome.hpp"
#include "redis/reply.hpp"

namespace gatehouse::limits {

/// gcra.hpp as scripts that Redis runs, each as a whole and by Redis's clock, of which a point is the microseconds
/// since 1970. A key's value is its arrival as decimal digits; the key ends when nothing is missing from its bucket.

/// One unit of the quota of a key in Redis.
struct KeyCharge {
  std::string key;
  Quota quota;
};

/// A script, and the name by which Redis knows it once it has run it.
class LimitScript {
 public:
  explicit LimitScript(std::string_view text);

  /// EVALSHA, which Redis answers with NOSCRIPT where it does not know the script.
  [[nodiscard]] std::string by_name(std::span<const KeyCharge> charges) const;
  /// EVAL, which makes it known.
  [[nodiscard]] std::string by_text(std::span<const KeyCharge> charges) const;

 private:
  std::string_view text_;
  std::string name_;  ///< SHA-1 of the text, in hexadecimal digits
};

/// Charges every key one unit, or none of them; outcome_in() reads the answer.
[[nodiscard]] const LimitScript& charge_script();
/// Gives one unit of each key back.
[[nodiscard]] const LimitScript& give_back_script();

/// What charge_script() answered for these charges; nothing where that is no such answer.
[[nodiscard]] std::optional<Outcome> outcome_in(const redis::Reply& reply, std::span<const KeyCharge> charges);

}  // namespace gatehouse::limits
