#pragma once

#include <functional>
#include <memory>

#include "database/database.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"
#include "runtime/periodic.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours audit_months_interval{1};

/// Makes the partitions of coming months where the audit trail is a table of months, on PostgreSQL, one replica at a
/// time. It waits for locks as little as `gatehouse db partition` does; what it does not get, the next run makes.
///
/// Belongs to its Database's thread; throws what the two databases throw.
class AuditMonthMaking {
 public:
  /// What it works with; the database outlives it.
  struct Parts {
    database::Database& database;
    std::function<std::unique_ptr<database::SchemaDatabase>()> open_schema;  ///< on the same thread; PostgreSQL's
    runtime::Pause pause = runtime::pause_for;
  };

  explicit AuditMonthMaking(Parts parts) : parts_(std::move(parts)) {}

  /// The job `audit_months`.
  [[nodiscard]] static Job job(Parts parts);

 private:
  [[nodiscard]] Task<bool> is_due();
  [[nodiscard]] Task<> run();
  [[nodiscard]] Task<> make();

  const Parts parts_;
  std::unique_ptr<database::SchemaDatabase> schema_;  ///< during a run; a coroutine that is dropped leaves it here
};

}  // namespace gatehouse::jobs
