#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "telemetry/log.hpp"

namespace gatehouse::service {

/// What the log hears of the database: one outage is felt by every event loop, the change feed and the migrations, and
/// each would tell its reason. Here a reason is told once, until the database is reached or gives another one. An event
/// with a reason that was told already is logged without it, and only once.
///
/// Any thread may call.
class OutageLog {
 public:
  /// `log` outlives the object.
  explicit OutageLog(telemetry::Log& log) : log_(log) {}

  /// Logs `event` with its reason as the field `name`. Below `warn` it is good news, and ends the outage.
  void write(telemetry::Level level, std::string_view event, std::string_view name, std::string_view reason);

 private:
  enum class News { reason, event, nothing };
  [[nodiscard]] News news_in(telemetry::Level level, std::string_view event, std::string_view reason);

  telemetry::Log& log_;
  std::mutex mutex_;                           ///< guards what follows
  std::string reason_;                         ///< empty: there is no outage
  std::set<std::string, std::less<>> events_;  ///< that were logged with reason_ known
};

}  // namespace gatehouse::service
