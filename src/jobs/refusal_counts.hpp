#pragma once

#include <chrono>

#include "audit/tally.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::seconds refusal_counts_interval{10};

/// What counts are recorded with. Everything outlives whoever uses it.
struct CountParts {
  database::Database& database;
  audit::Tally& tally;
  crypto::Random& random;
};

/// The job `refusal_counts`: records what this replica has counted in minutes that are over. Counts that cannot be
/// recorded now are put back; none is recorded twice. The clock outlives the job.
[[nodiscard]] Job refusal_counts(const CountParts& parts, const Clock& clock);

/// Records everything that was counted, including the current minute: for the end of a process.
[[nodiscard]] Task<> record_all_counts(CountParts parts);

}  // namespace gatehouse::jobs
