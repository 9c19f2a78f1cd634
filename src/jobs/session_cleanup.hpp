#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::jobs {

/// Deletes expired sessions, in small batches, one replica at a time.
///
/// A lease says who is at it. It is renewed with each batch, given back at the end, and runs out where its holder died.
/// Belongs to its Database's io thread; throws what Database throws.
class SessionCleanup {
 public:
  static constexpr int batches_max = 2000;  ///< per run; what is left waits for the next one
  static constexpr std::chrono::seconds lease_duration{30};

  /// Database and clock outlive the cleanup; `random` names this holder of the lease.
  SessionCleanup(database::Database& database, const Clock& clock, crypto::Random& random);

  /// How many sessions were deleted, or nothing when another replica is at it.
  [[nodiscard]] Task<std::optional<std::int64_t>> run_once();

  /// Runs at once and then every `interval`, until the coroutine is cancelled. A failed run is reported to `on_error`
  /// and tried again the next time.
  [[nodiscard]] Task<> run(std::chrono::milliseconds interval, std::function<void(std::string_view)> on_error);

 private:
  [[nodiscard]] Task<> run_and_forget_count();

  sessions::SessionStore store_;
  const Clock& clock_;
  const std::string holder_;
};

}  // namespace gatehouse::jobs
