#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"
#include "lockout/lockout_settings.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours guard_cleanup_interval{1};

/// The job `guard_cleanup`: deletes counters of wrong passwords that no longer matter. It walks through all counters in
/// the order of their keys, in small batches, one replica at a time. What it is given outlives the job.
[[nodiscard]] Job guard_cleanup(database::Database& database, const Clock& clock,
                                const lockout::LockoutSettings& settings);

}  // namespace gatehouse::jobs
