#pragma once

#include <chrono>

#include "audit/tally.hpp"
#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::seconds refusal_counts_interval{10};

/// The job `refusal_counts`: puts on record what this replica has counted in minutes that are over. What cannot be
/// recorded now is counted on. Everything outlives the job.
[[nodiscard]] Job refusal_counts(database::Database& database, audit::Tally& tally, const Clock& clock);

/// Puts everything on record that was counted, the minute that has begun included: at the end of a process.
[[nodiscard]] Task<> record_all_counts(database::Database& database, audit::Tally& tally);

}  // namespace gatehouse::jobs
