#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::minutes token_lifetime_interval{1};

/// The job `token_lifetime`: tells all replicas how long the tokens that this one makes live, so that revocations are
/// kept for as long. Every replica does it for itself. Both outlive the job.
[[nodiscard]] Job token_lifetime(database::Database& database, const Clock& clock, std::chrono::seconds token_ttl);

}  // namespace gatehouse::jobs
