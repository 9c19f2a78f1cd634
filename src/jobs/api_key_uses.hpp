#pragma once

#include <chrono>

#include "api_keys/api_key_cache.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::seconds api_key_uses_interval{5};

/// The job `api_key_uses`: records when API keys were used, for each at most once per api_keys::use_interval, all at
/// once and outside of requests. Every replica does it for itself. Both outlive the job.
[[nodiscard]] Job api_key_uses(database::Database& database, api_keys::ApiKeyCache& cache);

}  // namespace gatehouse::jobs
