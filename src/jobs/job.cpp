#include "jobs/job.hpp"

#include <exception>
#include <utility>

namespace gatehouse::jobs {
namespace {

/// After a failed run, giving back the lease may fail for the same reason. Then the lease expires by itself, and the
/// run's own failure is the one to report.
Task<> try_to_give_back(LeaseStore& leases, Lease lease) {
  try {
    co_await leases.give_back(std::move(lease));
  } catch (const std::exception&) {
  }
}

Task<> run_leased(const Job& job, LeaseStore& leases, Lease lease) {
  std::exception_ptr failure;
  try {
    std::optional<Lease> proof{lease};
    co_await job.run(std::move(proof));
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) co_return co_await leases.give_back(std::move(lease));
  co_await try_to_give_back(leases, std::move(lease));
  std::rethrow_exception(failure);
}

}  // namespace

Task<bool> run_once(const Job& job, LeaseStore& leases) {
  if (job.is_due) {
    const bool is_due = co_await job.is_due();
    if (!is_due) co_return true;
  }
  if (!job.lease) {
    std::optional<Lease> none;
    co_await job.run(std::move(none));
    co_return true;
  }
  auto lease = co_await leases.take(*job.lease);
  if (!lease) co_return false;
  co_await run_leased(job, leases, std::move(*lease));
  co_return true;
}

}  // namespace gatehouse::jobs
