#include "service/outage_log.hpp"

namespace gatehouse::service {

void OutageLog::write(telemetry::Level level, std::string_view event, std::string_view name, std::string_view reason) {
  switch (news_in(level, event, reason)) {
    case News::reason:
      return log_.write(level, event, {{name, reason}});
    case News::event:
      return log_.write(level, event, {});
    case News::nothing:
      return;
  }
}

OutageLog::News OutageLog::news_in(telemetry::Level level, std::string_view event, std::string_view reason) {
  const std::scoped_lock lock{mutex_};
  if (level < telemetry::Level::warn) {
    reason_.clear();
    events_.clear();
    return News::reason;
  }
  // "the database is down: X" says no more than X.
  if (reason_.empty() || !reason.ends_with(reason_)) {
    reason_ = reason;
    events_ = {std::string{event}};
    return News::reason;
  }
  return events_.emplace(event).second ? News::event : News::nothing;
}

}  // namespace gatehouse::service
