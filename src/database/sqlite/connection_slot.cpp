#include "database/sqlite/connection_slot.hpp"

#include <algorithm>
#include <exception>

namespace gatehouse::database::sqlite {

void ConnectionSlot::maintain() noexcept {
  if (connection_ && connection_->broken()) {
    connection_.reset();
    failure_ = "the connection broke";
    next_attempt_ = std::chrono::steady_clock::now() + pause_;
    report(telemetry::Level::warn, "sqlite_connection_broken", path_);
  }
  if (!connection_ && std::chrono::steady_clock::now() >= next_attempt_) open();
}

void ConnectionSlot::open() noexcept {
  try {
    connection_ = std::make_unique<Connection>(path_, role_, stopping_);
    pause_ = pause_min;
    report(telemetry::Level::info, "sqlite_connection_opened", path_);
  } catch (const std::exception& failure) {
    // Said once for each cause, not at every attempt.
    if (failure_ != failure.what()) report(telemetry::Level::warn, "sqlite_open_failed", failure.what());
    failure_ = failure.what();
    next_attempt_ = std::chrono::steady_clock::now() + pause_;
    pause_ = std::min(pause_ * 2, pause_max);
  }
}

void ConnectionSlot::report(telemetry::Level level, const char* event, const std::string& detail) const noexcept {
  log_(level, event, detail);
}

}  // namespace gatehouse::database::sqlite
