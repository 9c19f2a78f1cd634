#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours one_time_token_cleanup_interval{1};
inline constexpr int one_time_token_cleanup_batches_max = 2000;  ///< per run; what is left waits for the next one

/// The job `one_time_token_cleanup`: deletes expired tokens, used or not, in small batches, one replica at a time. Both
/// outlive the job.
[[nodiscard]] Job one_time_token_cleanup(database::Database& database, const Clock& clock);

}  // namespace gatehouse::jobs
