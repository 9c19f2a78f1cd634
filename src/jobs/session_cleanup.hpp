#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "database/schema/session_partitions.hpp"
#include "database/schema_database.hpp"
#include "jobs/job.hpp"

namespace gatehouse::jobs {

/// Deletes expired sessions, in small batches, one replica at a time. If sessions has partitions, they are cleaned one
/// after the other: a batch visits one of them, so that the rows it leaves for VACUUM lie together.
///
/// Each batch renews the lease and deletes under it, in one transaction: a replica that lost the lease deletes nothing.
/// Belongs to its Database's thread; throws what Database throws.
class SessionCleanup {
 public:
  static constexpr int batches_max = 2000;  ///< per run; what is left waits for the next one
  static constexpr LeaseTerms lease_terms{.name = "session cleanup", .duration = std::chrono::seconds{30}};

  /// Database and clock outlive the cleanup. `dialect` is the database's.
  SessionCleanup(database::Database& database, const Clock& clock, database::Dialect dialect)
      : database_(database), clock_(clock), dialect_(dialect) {}

  /// The job `session_cleanup`, which keeps `cleanup`.
  [[nodiscard]] static Job job(std::shared_ptr<SessionCleanup> cleanup, std::chrono::milliseconds interval);

  /// One run: until no expired session is left, the lease is lost, or the coroutine is cancelled.
  [[nodiscard]] Task<> run(Lease lease);

  /// How many sessions all runs have deleted.
  [[nodiscard]] std::int64_t deleted() const { return deleted_; }

 private:
  /// Where a batch deletes; nothing: in the table sessions, which has no partitions.
  using Place = std::optional<database::schema::SessionPartition>;

  /// The outcome of a batch for its place.
  enum class Batch { has_more, was_last, lease_lost };

  [[nodiscard]] Task<std::vector<Place>> find_places();
  [[nodiscard]] Task<Batch> delete_batch(const Lease& lease, Place place);

  database::Database& database_;
  const Clock& clock_;
  const database::Dialect dialect_;
  std::size_t next_place_ = 0;  ///< of the next batch; continues from run to run, so that no place waits forever
  std::int64_t deleted_ = 0;
};

}  // namespace gatehouse::jobs
