#include "database/database_clock.hpp"

#include <algorithm>

namespace gatehouse::database {

void DatabaseClock::on_time(const ServerTime& time) noexcept {
  const auto ahead_at_least = time.read - time.heard;
  const auto ahead_at_most = time.read - time.asked;
  if (ahead_at_least > ahead_at_most) return;  // the machine's clock was set back meanwhile
  ahead_ = std::clamp(ahead_.load(), ahead_at_least, ahead_at_most);
}

}  // namespace gatehouse::database
