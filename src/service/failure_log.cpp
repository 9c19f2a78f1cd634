#include "service/failure_log.hpp"

#include <utility>

namespace gatehouse::service {

void FailureLog::report_fault(const RequestScope& request, std::string_view what) {
  log_.error("request_failed", {{"request_id", request.request_id}, {"trace_id", request.trace_id}, {"reason", what}});
}

void FailureLog::report_unavailable(const RequestScope& request, std::string_view what, Instant now) {
  const std::scoped_lock lock{mutex_};
  if (failed_++ == 0) begun_at_ = now;
  last_failure_at_ = now;
  ++unlogged_;
  if (failed_ > 1 && now - last_line_at_ < line_interval) return;
  last_line_at_ = now;
  log_.error("request_failed", {{"request_id", request.request_id},
                                {"trace_id", request.trace_id},
                                {"reason", what},
                                {"requests", std::exchange(unlogged_, 0)}});
}

void FailureLog::end_if_quiet(Instant now) {
  const std::scoped_lock lock{mutex_};
  if (failed_ == 0 || now - last_failure_at_ < quiet_after) return;
  const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(last_failure_at_ - begun_at_);
  log_.info("requests_succeed_again", {{"failed_requests", failed_}, {"lasted_ms", lasted.count()}});
  failed_ = 0;
  unlogged_ = 0;
}

}  // namespace gatehouse::service
