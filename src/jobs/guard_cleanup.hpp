#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"
#include "lockout/lockout_settings.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours guard_cleanup_interval{1};

/// The job `guard_cleanup`: forgets counters of wrong passwords that say nothing any more. It walks through all of them
/// in the order of their keys, in small batches, one replica at a time. Both outlive the job.
[[nodiscard]] Job guard_cleanup(database::Database& database, const Clock& clock,
                                const lockout::LockoutSettings& settings);

}  // namespace gatehouse::jobs
