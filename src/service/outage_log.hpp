#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Logs the outages of the database. Every event loop, the change feed and the migrations notice the same outage, and
/// each would log its reason. Here a reason is logged once, until the database is reached or gives another reason. An
/// event whose reason was already logged is logged without it, and only once.
///
/// Any thread may call.
class OutageLog {
 public:
  /// `log` outlives the object.
  explicit OutageLog(telemetry::Log& log) : log_(log) {}

  /// Logs `event` with its reason as the field `name`. An event below `warn` is good news and ends the outage.
  void write(telemetry::Level level, std::string_view event, std::string_view name, std::string_view reason);

 private:
  enum class News { reason, event, nothing };
  [[nodiscard]] News news_in(telemetry::Level level, std::string_view event, std::string_view reason);

  telemetry::Log& log_;
  std::mutex mutex_;                           ///< guards the members below
  std::string reason_;                         ///< empty: there is no outage
  std::set<std::string, std::less<>> events_;  ///< already logged for reason_
};

}  // namespace gatehouse::service
