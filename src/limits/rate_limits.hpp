#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "crypto/keyed_hash.hpp"
#include "limits/limit_settings.hpp"
#include "limits/memory_limits.hpp"
#include "limits/shared_limits.hpp"
#include "limits/subject.hpp"
#include "metrics/page.hpp"
#include "runtime/task.hpp"

namespace gatehouse::limits {

/// What one policy says about one request.
struct PolicyStanding {
  Policy policy;
  Quota quota;
  Standing standing;
};

/// What became of a request: the standings under each policy that is on, in the order of the subjects.
struct Verdict {
  std::array<PolicyStanding, charges_max> places{};
  std::size_t count = 0;
  std::optional<std::size_t> refused_by;  ///< the first of the standings that has nothing left
  bool is_shared = false;                 ///< charged by the budgets that replicas share, which alone can give it back

  [[nodiscard]] bool is_allowed() const { return !refused_by.has_value(); }
  [[nodiscard]] std::span<const PolicyStanding> standings() const { return std::span{places}.first(count); }
};

/// Charges requests under the policies that apply to them. One per process, any thread; only charge_shared() waits.
class RateLimits {
 public:
  RateLimits(const LimitSettings& settings, crypto::Random& random);

  /// Charges every subject one unit, or none of them. At most charges_max, no policy twice.
  [[nodiscard]] Verdict charge(std::span<const Subject> subjects, Instant now);

  /// The same for one subject by the budgets that replicas share; if these are away, by this process's own. `shared`,
  /// what the subject refers to, and `now`, a steady clock, outlive the coroutine.
  [[nodiscard]] Task<Verdict> charge_shared(Subject subject, SharedLimits& shared, const std::function<Instant()>& now);

  /// Undoes one charge of a subject.
  void give_back(const Subject& subject, Instant now);
  /// Undoes one charge that the shared budgets made.
  void give_back_shared(const Subject& subject, SharedLimits& shared) const;

  /// gatehouse_rate_limited_total.
  void write(metrics::Page& page) const;

 private:
  [[nodiscard]] Key key_of(const Subject& subject) const;
  Verdict conclude(Verdict verdict, const Outcome& outcome);

  // Constant after construction.
  const LimitSettings settings_;
  const crypto::KeyedHash hash_;

  MemoryLimits memory_;
  metrics::CounterSet<Policy, Policy::redemption> refused_;
};

}  // namespace gatehouse::limits
