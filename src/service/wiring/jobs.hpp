#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/embedded_file.hpp"
#include "database/database.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"
#include "service/wiring/shared_parts.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// What the jobs work with. Everything it refers to outlives them.
struct JobParts {
  database::Database& database;  ///< the jobs thread's
  std::function<std::unique_ptr<database::SchemaDatabase>()> open_schema;
  std::span<const EmbeddedFile> migrations;
  SharedParts& shared;
  telemetry::Log& log;
};

/// Every job of a serving process.
[[nodiscard]] std::vector<jobs::Job> make_jobs(const JobParts& parts);

}  // namespace gatehouse::service
