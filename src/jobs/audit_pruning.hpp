#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours audit_pruning_interval{1};
inline constexpr int audit_pruned_seals_max = 10'000;  ///< per run; what is left waits for the next one

/// The job `audit_pruning`: deletes events of the audit trail whose seals are older than `retention`, those of one seal
/// at a time, on one replica at a time. Each batch renews the lease, deletes under it and is on record itself, in one
/// transaction. Both outlive the job.
[[nodiscard]] Job audit_pruning(database::Database& database, const Clock& clock, std::chrono::seconds retention);

}  // namespace gatehouse::jobs
