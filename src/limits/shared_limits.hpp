#pragma once

#include <optional>
#include <span>

#include "limits/outcome.hpp"
#include "limits/subject.hpp"
#include "runtime/task.hpp"

namespace gatehouse::limits {

/// One unit of a subject's quota.
struct SharedCharge {
  Subject subject;
  Quota quota;
};

/// The budgets that replicas share, with one clock for all of them. Confined to one io thread.
class SharedLimits {
 public:
  SharedLimits() = default;
  SharedLimits(const SharedLimits&) = delete;
  SharedLimits& operator=(const SharedLimits&) = delete;
  virtual ~SharedLimits() = default;

  /// At most charges_max, of different policies; they outlive the coroutine. Nothing if the budgets are not reached in
  /// time: then nobody knows whether the charges were made. Throws only when memory runs out.
  [[nodiscard]] virtual Task<std::optional<Outcome>> charge(std::span<const SharedCharge> charges) = 0;

  /// Does not wait; if the budgets are away, the unit stays used.
  virtual void give_back(const SharedCharge& charge) = 0;
};

}  // namespace gatehouse::limits
