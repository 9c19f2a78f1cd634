#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours idempotency_cleanup_interval{1};
inline constexpr int idempotency_cleanup_batches_max = 2000;  ///< per run; what is left waits for the next one

/// The job `idempotency_cleanup`: deletes what was stored for requests that can no longer be repeated, in small
/// batches, one replica at a time. Both outlive the job.
[[nodiscard]] Job idempotency_cleanup(database::Database& database, const Clock& clock);

}  // namespace gatehouse::jobs
