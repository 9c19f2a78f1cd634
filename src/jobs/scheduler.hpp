#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <list>
#include <string_view>
#include <vector>

#include "jobs/job.hpp"
#include "runtime/periodic.hpp"
#include "runtime/task_group.hpp"

namespace gatehouse::jobs {

/// Runs jobs concurrently on one event loop. Each starts at once, in their order, and then again an interval after the
/// end of each of its runs, so that a job never overlaps itself. A failed run is reported, and the next one follows as
/// usual.
///
/// All calls must come from the event loop's thread, or be made while nobody runs the loop.
class Scheduler {
 public:
  /// What a scheduler works with.
  struct Parts {
    boost::asio::io_context& io;
    LeaseStore& leases;
    std::function<void(const Job& job, std::string_view reason)> on_failure;
    /// Receives the reason why a job will not run again; only a lack of memory can cause that.
    runtime::FailureSink on_abandoned;
    runtime::Pause pause = runtime::pause_for;  ///< waits for an interval; a test's own takes no time
  };

  /// `io` and `leases` outlive the scheduler. Destroy it after stop() has called back, or after `io` has stopped for
  /// good.
  explicit Scheduler(Parts parts);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void start(std::vector<Job> jobs);

  /// Asks every job to end, at once if it waits for its next run, otherwise when its run ends. Then calls `on_ended`,
  /// from within this call if nothing runs now.
  void stop(std::function<void()> on_ended);

 private:
  [[nodiscard]] Task<> run_and_forget_outcome(const Job& job);

  Parts parts_;
  std::list<Job> jobs_;  ///< a list, so that jobs never move: their runs refer to them
  runtime::TaskGroup running_;
};

}  // namespace gatehouse::jobs
