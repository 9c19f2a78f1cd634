#include "api/health.hpp"

#include <utility>

#include "database/errors.hpp"
#include "database/ping_store.hpp"
#include "jobs/lease_store.hpp"

namespace gatehouse::api {
namespace {

using database::Unavailable;

constexpr std::string_view healthy{""};
constexpr std::string_view unavailable{"Database unavailable"};
constexpr std::string_view not_ready{"Database schema not ready"};
constexpr std::string_view does_not_fit{"Database schema does not fit"};
constexpr std::string_view read_only{"Database read-only"};
constexpr std::string_view storage_failed{"Database storage failed"};

std::string_view problem_of(Unavailable::Reason reason) {
  switch (reason) {
    case Unavailable::Reason::read_only:
      return read_only;
    case Unavailable::Reason::storage:
      return storage_failed;
    case Unavailable::Reason::connection:
    case Unavailable::Reason::deadline:
    case Unavailable::Reason::overload:
    case Unavailable::Reason::stopped:
      break;
  }
  return unavailable;
}

}  // namespace

Health::Health(Parts parts)
    : parts_(std::move(parts)),
      before_schema_({.good_for = good_for, .patience = parts_.patience}),
      with_schema_({.good_for = good_for, .patience = parts_.patience}) {}

Task<std::string_view> Health::ask(database::Database& database) {
  const bool is_ready = parts_.schema_ready.load(std::memory_order_relaxed);
  const auto run = [this, &database, is_ready] { return is_ready ? prove(database) : look(database); };
  auto asked = (is_ready ? with_schema_ : before_schema_).ask(run);
  const auto found = co_await std::move(asked);
  co_return found.value_or(unavailable);
}

bool Health::concerns_schema(std::string_view problem) { return problem == not_ready || problem == does_not_fit; }

/// The log hears of what is wrong before the schema is ready from whoever makes it ready.
Task<std::string_view> Health::look(database::Database& database) {
  try {
    co_await database::ping(database);
  } catch (const Unavailable& failure) {
    co_return problem_of(failure.reason());
  } catch (const database::StatementFailed&) {
    co_return unavailable;
  }
  co_return not_ready;
}

Task<std::string_view> Health::prove(database::Database& database) {
  std::string_view problem = healthy;
  std::string reason;
  try {
    auto proof = jobs::LeaseStore::prove_schema(parts_.newest_migration, parts_.clock.now());
    if (!co_await database.commit(std::move(proof))) {
      problem = does_not_fit;
      reason = "the migration " + parts_.newest_migration + " is not applied";
    }
  } catch (const Unavailable& failure) {
    problem = problem_of(failure.reason());
    reason = failure.what();
  } catch (const database::StatementFailed& failure) {
    problem = does_not_fit;
    reason = failure.what();
  }
  tell(problem, reason);
  co_return problem;
}

/// Once for each problem: whoever asks, asks again in a moment.
void Health::tell(std::string_view problem, const std::string& reason) {
  const char* const now = problem.empty() ? nullptr : problem.data();
  if (told_.exchange(now) != now && parts_.on_change) parts_.on_change(reason);
}

}  // namespace gatehouse::api
