#pragma once

#include <vector>

#include "database/database.hpp"
#include "jobs/job.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::service {

/// Every job of a serving process, over the jobs thread's database. Both outlive the jobs.
[[nodiscard]] std::vector<jobs::Job> make_jobs(database::Database& database, SharedParts& shared);

}  // namespace gatehouse::service
