#include "service/wiring/jobs.hpp"

#include <memory>

#include "jobs/audit_pruning.hpp"
#include "jobs/device_cleanup.hpp"
#include "jobs/express_hash_watch.hpp"
#include "jobs/guard_cleanup.hpp"
#include "jobs/heap_release.hpp"
#include "jobs/refusal_counts.hpp"
#include "jobs/session_cleanup.hpp"

namespace gatehouse::service {

std::vector<jobs::Job> make_jobs(database::Database& database, SharedParts& shared) {
  using jobs::SessionCleanup;
  return {
      SessionCleanup::job(std::make_shared<SessionCleanup>(database, shared.clock),
                          shared.settings.sessions.cleanup_interval),
      jobs::express_hash_watch(database, shared.capabilities.passwords),
      jobs::heap_release(),
      jobs::device_cleanup(database, shared.clock),
      jobs::guard_cleanup(database, shared.clock, shared.settings.lockout),
      jobs::refusal_counts(database, shared.capabilities.tally, shared.clock),
      jobs::audit_pruning(database, shared.clock, shared.settings.audit.retention),
  };
}

}  // namespace gatehouse::service
