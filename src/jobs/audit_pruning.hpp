#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

inline constexpr std::chrono::hours audit_pruning_interval{1};
inline constexpr int audit_pruned_seals_max = 10'000;  ///< per run; what is left waits for the next one

/// Deletes events of the audit trail whose seals are older than the retention, on one replica at a time.
///
/// If the trail is partitioned by month, on PostgreSQL, a month that is over as a whole is dropped. Everything else is
/// deleted by rows, those of one seal at a time. Each batch renews the lease, deletes under it and is itself recorded,
/// in one transaction; each month is dropped and recorded in one.
///
/// Belongs to its Database's thread; throws what the two databases throw.
class AuditPruning {
 public:
  /// What it works with; database and clock outlive it.
  struct Parts {
    database::Database& database;
    std::function<std::unique_ptr<database::SchemaDatabase>()> open_schema;  ///< on the same thread
    const Clock& clock;
    std::chrono::seconds retention;
    database::Dialect dialect;  ///< the database's
  };

  explicit AuditPruning(Parts parts) : parts_(std::move(parts)) {}

  /// The job `audit_pruning`.
  [[nodiscard]] static Job job(Parts parts);

 private:
  [[nodiscard]] Task<> run(Lease lease);
  [[nodiscard]] Task<> drop_months(const Lease& lease);
  [[nodiscard]] Task<bool> drop_month(const Lease& lease, std::string partition, TimePoint before, TimePoint now);
  [[nodiscard]] Task<bool> prune_batch(const Lease& lease);

  const Parts parts_;
  std::unique_ptr<database::SchemaDatabase> schema_;  ///< while months are dropped; a destroyed coroutine leaves it set
};

}  // namespace gatehouse::jobs
