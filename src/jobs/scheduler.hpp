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

/// Runs jobs side by side on one event loop: each at once, in their order, and then an interval after the end of each
/// of its runs, so that a job never overlaps itself. A failed run is reported, and the next one takes place as usual.
///
/// Every call on the event loop's thread, or while nobody runs it.
class Scheduler {
 public:
  /// What a scheduler works with.
  struct Parts {
    boost::asio::io_context& io;
    LeaseStore& leases;
    std::function<void(const Job& job, std::string_view reason)> on_failure;
    /// Hears why a job will not run again; a lack of memory can cause it, and nothing else.
    runtime::FailureSink on_abandoned;
    runtime::Pause pause = runtime::pause_for;  ///< what waits for an interval; a test's own needs no time
  };

  /// `io` and `leases` outlive the scheduler. Destroy it after stop() has called back, or after `io` has stopped for
  /// good.
  explicit Scheduler(Parts parts);
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void start(std::vector<Job> jobs);

  /// Asks every job to end, at once where it waits for its next run, else when its run ends. Then calls `on_ended`,
  /// from within if nothing runs now.
  void stop(std::function<void()> on_ended);

 private:
  [[nodiscard]] Task<> run_and_forget_outcome(const Job& job);

  Parts parts_;
  std::list<Job> jobs_;  ///< where it stands, a job stays: its runs refer to it
  runtime::TaskGroup running_;
};

}  // namespace gatehouse::jobs
