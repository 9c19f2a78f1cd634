#pragma once

#include <vector>

#include "database/database.hpp"
#include "jobs/job.hpp"
#include "service/wiring/shared_parts.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Every job of a serving process, over the jobs thread's database. All three outlive the jobs.
[[nodiscard]] std::vector<jobs::Job> make_jobs(database::Database& database, SharedParts& shared, telemetry::Log& log);

}  // namespace gatehouse::service
