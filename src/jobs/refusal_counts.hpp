#pragma once

#include <chrono>

#include "audit/tally.hpp"
#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::seconds refusal_counts_interval{10};

/// The job `refusal_counts`: records what this replica has counted in minutes that are over. Counts that cannot be
/// recorded now are put back. Everything outlives the job.
[[nodiscard]] Job refusal_counts(database::Database& database, audit::Tally& tally, const Clock& clock);

/// Records everything that was counted, including the current minute: for the end of a process.
[[nodiscard]] Task<> record_all_counts(database::Database& database, audit::Tally& tally);

}  // namespace gatehouse::jobs
