#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

/// Deletes expired sessions, in small batches, one replica at a time.
///
/// Each batch renews the lease and deletes under it, in one transaction: a replica that lost the lease deletes nothing.
/// Belongs to its Database's thread; throws what Database throws.
class SessionCleanup {
 public:
  static constexpr int batches_max = 2000;  ///< per run; what is left waits for the next one
  static constexpr LeaseTerms lease_terms{.name = "session cleanup", .duration = std::chrono::seconds{30}};

  /// Both outlive the cleanup.
  SessionCleanup(database::Database& database, const Clock& clock) : database_(database), clock_(clock) {}

  /// The job `session_cleanup`, which keeps `cleanup`.
  [[nodiscard]] static Job job(std::shared_ptr<SessionCleanup> cleanup, std::chrono::milliseconds interval);

  /// One run: until no expired session is left, the lease is lost, or the coroutine is cancelled.
  [[nodiscard]] Task<> run(Lease lease);

  /// How many sessions all runs have deleted.
  [[nodiscard]] std::int64_t deleted() const { return deleted_; }

 private:
  [[nodiscard]] Task<bool> delete_batch(const Lease& lease);

  database::Database& database_;
  const Clock& clock_;
  std::int64_t deleted_ = 0;
};

}  // namespace gatehouse::jobs
