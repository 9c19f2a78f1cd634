#pragma once

#include <chrono>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours api_key_cleanup_interval{1};
inline constexpr int api_key_cleanup_batches_max = 100;  ///< per run; what is left waits for the next one

/// The job `api_key_cleanup`: deletes API keys that were revoked, or expired, long ago
/// (api_keys::ApiKeyStore::keeping_time), in small batches, one replica at a time. Both outlive the job.
[[nodiscard]] Job api_key_cleanup(database::Database& database, const Clock& clock);

}  // namespace gatehouse::jobs
