#include "api/health.hpp"

#include <tuple>
#include <utility>

#include "database/errors.hpp"
#include "database/ping_store.hpp"
#include "jobs/lease_store.hpp"

namespace gatehouse::api {
namespace {

using database::Unavailable;

Finding finding_of(Unavailable::Reason reason) {
  switch (reason) {
    case Unavailable::Reason::read_only:
      return Finding::read_only;
    case Unavailable::Reason::storage:
      return Finding::storage_failed;
    case Unavailable::Reason::connection:
    case Unavailable::Reason::deadline:
    case Unavailable::Reason::overload:
    case Unavailable::Reason::stopped:
      break;
  }
  return Finding::unavailable;
}

}  // namespace

std::string_view to_text(Finding finding) {
  switch (finding) {
    case Finding::healthy:
      break;
    case Finding::unavailable:
      return "Database unavailable";
    case Finding::read_only:
      return "Database read-only";
    case Finding::storage_failed:
      return "Database storage failed";
    case Finding::schema_not_ready:
      return "Database schema not ready";
    case Finding::schema_does_not_fit:
      return "Database schema does not fit";
  }
  return "";
}

Health::Health(Parts parts)
    : parts_(std::move(parts)),
      before_schema_({.good_for = good_for, .patience = parts_.patience, .now = parts_.now}),
      with_schema_({.good_for = good_for, .patience = parts_.patience, .now = parts_.now}) {}

Task<Finding> Health::ask(database::Database& database) {
  const bool is_ready = is_schema_ready();
  const auto run = [this, &database, is_ready] { return is_ready ? prove(database) : look(database); };
  auto asked = (is_ready ? with_schema_ : before_schema_).ask(run);
  const auto found = co_await std::move(asked);
  co_return found.value_or(Finding::unavailable);
}

Task<> Health::renew(database::Database& database) {
  auto finding = is_schema_ready() ? prove(database) : look(database);
  std::ignore = co_await std::move(finding);
}

Finding Health::last() const {
  const Instant at = last_at_.load(std::memory_order_acquire);
  if (at != Instant::min() && parts_.now() - at < trusted_for) {
    const Finding last = last_.load(std::memory_order_relaxed);
    // The start, which has made the schema ready meanwhile, has written to the database.
    return last == Finding::schema_not_ready && is_schema_ready() ? Finding::healthy : last;
  }
  return is_schema_ready() ? Finding::unavailable : Finding::schema_not_ready;
}

/// Does not log: before the schema is ready, whoever makes it ready logs what is wrong.
Task<Finding> Health::look(database::Database& database) {
  Finding finding = Finding::schema_not_ready;
  try {
    co_await database::ping(database);
  } catch (const Unavailable& failure) {
    finding = finding_of(failure.reason());
  } catch (const database::StatementFailed&) {
    finding = Finding::unavailable;
  }
  remember(finding);
  co_return finding;
}

Task<Finding> Health::prove(database::Database& database) {
  Finding finding = Finding::healthy;
  std::string reason;
  try {
    auto proof = jobs::LeaseStore::prove_schema(parts_.newest_migration, parts_.clock.now());
    if (!co_await database.commit(std::move(proof))) {
      finding = Finding::schema_does_not_fit;
      reason = "the migration " + parts_.newest_migration + " is not applied";
    }
  } catch (const Unavailable& failure) {
    finding = finding_of(failure.reason());
    reason = failure.what();
  } catch (const database::StatementFailed& failure) {
    finding = Finding::schema_does_not_fit;
    reason = failure.what();
  }
  remember(finding);
  tell(finding, reason);
  co_return finding;
}

void Health::remember(Finding finding) {
  last_.store(finding, std::memory_order_relaxed);
  last_at_.store(parts_.now(), std::memory_order_release);
}

/// Only once for each problem: whoever asks will ask again in a moment.
void Health::tell(Finding finding, const std::string& reason) {
  if (told_.exchange(finding) != finding && parts_.on_change) parts_.on_change(reason);
}

}  // namespace gatehouse::api
