#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours device_cleanup_interval{1};
inline constexpr int device_cleanup_batches_max = 2000;  ///< per run; what is left waits for the next one

/// The job `device_cleanup`: deletes devices that nobody logged in on for a year, in small batches, one replica at a
/// time. Each batch renews the lease and deletes under it, in one transaction. Both outlive the job.
[[nodiscard]] Job device_cleanup(database::Database& database, const Clock& clock);

}  // namespace gatehouse::jobs
