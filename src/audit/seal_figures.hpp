#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "base/time.hpp"
#include "metrics/page.hpp"

namespace gatehouse::audit {

/// How far sealing has got, as this process last found it. Any thread.
class SealFigures {
 public:
  /// What a check has found: since when the oldest unsealed event has been waiting, and when the newest seal was made;
  /// nothing if there is none.
  struct Found {
    TimePoint at;
    std::optional<TimePoint> oldest_unsealed;
    std::optional<TimePoint> last_sealed;
  };

  void set(const Found& found);

  /// gatehouse_audit_unsealed_seconds and gatehouse_audit_last_seal_timestamp_seconds; nothing before the first check.
  void write(metrics::Page& page, TimePoint now) const;

 private:
  mutable std::mutex mutex_;
  std::optional<Found> found_;  ///< guarded by mutex_
};

}  // namespace gatehouse::audit
