#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "crypto/keyed_hash.hpp"
#include "limits/limit_settings.hpp"
#include "limits/memory_limits.hpp"
#include "metrics/page.hpp"

namespace gatehouse::limits {

/// Who is charged under a policy.
struct Subject {
  Policy policy;
  std::string_view whose;  ///< an address's or a key's bytes
};

/// What one policy says of one request.
struct PolicyStanding {
  Policy policy;
  Quota quota;
  Standing standing;
};

/// What became of a request: of each policy that is on, in the order of the subjects.
struct Verdict {
  std::array<PolicyStanding, charges_max> places{};
  std::size_t count = 0;
  std::optional<std::size_t> refused_by;  ///< the first of the standings that has nothing left

  [[nodiscard]] bool is_allowed() const { return !refused_by.has_value(); }
  [[nodiscard]] std::span<const PolicyStanding> standings() const { return std::span{places}.first(count); }
};

/// Charges requests to the policies that see them. One per process, any thread; nothing here waits.
class RateLimits {
 public:
  RateLimits(const LimitSettings& settings, crypto::Random& random);

  /// Charges every subject one unit, or none of them. At most charges_max, no policy twice.
  [[nodiscard]] Verdict charge(std::span<const Subject> subjects, Instant now);

  /// Undoes one charge of a subject.
  void give_back(const Subject& subject, Instant now);

  /// gatehouse_rate_limited_total.
  void write(metrics::Page& page) const;

 private:
  [[nodiscard]] Key key_of(const Subject& subject) const;

  // Constant after construction.
  const LimitSettings settings_;
  const crypto::KeyedHash hash_;

  MemoryLimits memory_;
  metrics::CounterSet<Policy, Policy::redemption> refused_;
};

}  // namespace gatehouse::limits
