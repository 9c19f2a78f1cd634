#include "audit/seal_figures.hpp"

namespace gatehouse::audit {
namespace {

double seconds_of(TimePoint::duration time) { return std::chrono::duration<double>{time}.count(); }

}  // namespace

void SealFigures::set(const Found& found) {
  const std::scoped_lock lock{mutex_};
  found_ = found;
}

void SealFigures::write(metrics::Page& page, TimePoint now) const {
  const std::scoped_lock lock{mutex_};
  page.begin_gauge("gatehouse_audit_unsealed_seconds", "Age of the oldest event without a seal; 0 if all have one.");
  if (found_) page.sample({}, found_->oldest_unsealed ? seconds_of(now - *found_->oldest_unsealed) : 0);
  page.begin_gauge("gatehouse_audit_last_seal_timestamp_seconds", "When the newest seal was made, since 1970.");
  if (found_ && found_->last_sealed) page.sample({}, seconds_of(found_->last_sealed->time_since_epoch()));
}

}  // namespace gatehouse::audit
