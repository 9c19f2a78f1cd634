#include "service/slow_query_log.hpp"

#include <exception>

namespace gatehouse::service {

void SlowQueryLog::on_call(const database::EndedCall& call) noexcept {
  if (longer_than_.count() == 0 || call.duration < longer_than_) return;
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(call.duration).count();
  try {
    if (call.scope == nullptr) {
      log_.warn("slow_query", {{"statement", call.statement.name}, {"duration_ms", ms}, {"rows", call.rows}});
    } else {
      log_.warn("slow_query", {{"statement", call.statement.name},
                               {"duration_ms", ms},
                               {"rows", call.rows},
                               {"request_id", call.scope->request_id},
                               {"trace_id", call.scope->trace_id}});
    }
  } catch (const std::exception&) {
    // If there is no memory for a line, it is not written.
  }
}

}  // namespace gatehouse::service
