#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

/// The job `revocation_cleanup`: deletes revocations of tokens that have expired by now, in small batches, one replica
/// at a time. `token_ttl` is how long tokens of this process live. Both outlive the job.
[[nodiscard]] Job revocation_cleanup(database::Database& database, const Clock& clock, std::chrono::seconds token_ttl,
                                     std::chrono::milliseconds interval);

}  // namespace gatehouse::jobs
