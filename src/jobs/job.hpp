#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>

#include "jobs/lease_store.hpp"
#include "runtime/task.hpp"

namespace gatehouse::jobs {

/// Work that the service does by itself, again and again. Each job has a file with a function that makes it, and a line
/// in service/wiring/jobs.cpp.
struct Job {
  std::string_view name;               ///< static, in snake_case; the log's event of a failed run is `<name>_failed`
  std::chrono::milliseconds interval;  ///< from the end of a run to the next one
  std::optional<LeaseTerms> lease;     ///< nothing: every replica does it

  /// Asked by every replica before a run, so that no lease is taken for nothing; empty: there is always something to
  /// do.
  std::function<Task<bool>()> is_due = {};

  /// Makes one run, on the jobs thread; what it throws is logged, and the next run tries again. Its argument is set if
  /// the job has a lease. A run of many steps checks its cancellation state between them. It may block the thread only
  /// for as long as all other jobs, and the end of the process, may wait for it.
  std::function<Task<>(std::optional<Lease> lease)> run;
};

/// Makes one run, if it is due. If the job has a lease, the run holds it, and gives it back afterwards. False: another
/// holder has the lease, and nothing was done. Throws what the run and LeaseStore throw. Both arguments outlive the
/// run.
[[nodiscard]] Task<bool> run_once(const Job& job, LeaseStore& leases);

}  // namespace gatehouse::jobs
