#pragma once

#include <functional>
#include <memory>

#include "database/database.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"
#include "runtime/periodic.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours audit_months_interval{1};

/// Creates the partitions of coming months if the audit trail is partitioned by month, on PostgreSQL, one replica at a
/// time. It waits for locks as briefly as `gatehouse db partition` does; if it does not get them, the next run tries
/// again.
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
  std::unique_ptr<database::SchemaDatabase> schema_;  ///< during a run; a destroyed coroutine leaves it set
};

}  // namespace gatehouse::jobs
