#include "jobs/audit_months.hpp"

#include <string>
#include <utility>

#include "database/schema/audit_months.hpp"

namespace gatehouse::jobs {
namespace {

constexpr LeaseTerms months_lease{.name = "audit months", .duration = std::chrono::seconds{30}};
constexpr std::chrono::milliseconds month_lock_patience{200};
constexpr std::chrono::milliseconds month_lock_pause{400};
constexpr int month_tries_max = 20;

}  // namespace

Job AuditMonthMaking::job(Parts parts) {
  const auto making = std::make_shared<AuditMonthMaking>(std::move(parts));
  return {.name = "audit_months",
          .interval = audit_months_interval,
          .lease = months_lease,
          .is_due = [making] { return making->is_due(); },
          .run = [making](const std::optional<Lease>& /*held*/) { return making->run(); }};
}

Task<bool> AuditMonthMaking::is_due() {
  const auto found = co_await database::schema::read_audit_months(parts_.database);
  co_return found.missing > 0;
}

Task<> AuditMonthMaking::run() {
  schema_ = parts_.open_schema();
  try {
    co_await make();
  } catch (...) {
    schema_.reset();
    throw;
  }
  schema_.reset();
}

Task<> AuditMonthMaking::make() {
  for (int i = 0; i < month_tries_max; ++i) {
    std::string script = database::schema::add_audit_months_script();
    const bool is_done = co_await schema_->run_beside(std::move(script), month_lock_patience);
    if (is_done) co_return;
    co_await parts_.pause(month_lock_pause);
  }
}

}  // namespace gatehouse::jobs
