#include "jobs/scheduler.hpp"

#include <utility>

namespace gatehouse::jobs {

Scheduler::Scheduler(Parts parts) : parts_(std::move(parts)), running_(parts_.io, parts_.on_abandoned) {}

void Scheduler::start(std::vector<Job> jobs) {
  for (Job& added : jobs) {
    const Job& job = jobs_.emplace_back(std::move(added));
    auto run = [this, &job] { return run_and_forget_outcome(job); };
    auto report = [this, &job](std::string_view reason) { parts_.on_failure(job, reason); };
    running_.spawn(runtime::run_periodically(job.interval, std::move(run), std::move(report), parts_.pause));
  }
}

void Scheduler::stop(std::function<void()> on_ended) {
  running_.cancel();
  running_.when_empty(std::move(on_ended));
}

// If another replica has the lease, there is nothing to report: its run serves both.
Task<> Scheduler::run_and_forget_outcome(const Job& job) { co_await run_once(job, parts_.leases); }

}  // namespace gatehouse::jobs
