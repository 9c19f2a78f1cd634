#include "database/database.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <span>

namespace gatehouse::database {
namespace {

CallOutcome outcome_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const Unavailable&) {
    return CallOutcome::unavailable;
  } catch (const ConstraintViolation&) {
    return CallOutcome::violated;
  } catch (...) {
    return CallOutcome::failed;
  }
}

std::size_t rows_of(std::span<const Rows> results) {
  std::size_t rows = 0;
  for (const Rows& one : results) rows += std::max(one.size(), static_cast<std::size_t>(one.affected()));
  return rows;
}

/// The occurrence of each command, in order.
std::vector<std::optional<Occurrence>> occurrences_of(std::span<const Command> commands) {
  std::vector<std::optional<Occurrence>> occurrences;
  occurrences.reserve(commands.size());
  for (const Command& command : commands) occurrences.push_back(command.occurrence);
  return occurrences;
}

void tell_occurrences(const Observers& observers, std::span<const std::optional<Occurrence>> occurrences,
                      std::span<const Rows> results) {
  for (std::size_t i = 0; i < occurrences.size(); ++i) {
    if (occurrences[i] && results[i].affected() > 0) observers.occurred(*occurrences[i]);
  }
}

/// Measures a call from its construction on. The observers and the scope outlive it; the Database need not.
class CallWatch {
 public:
  CallWatch(const Observers& observers, const Statement& statement, RequestScope* scope)
      : observers_(observers), statement_(statement), scope_(scope) {}

  void tell(CallOutcome outcome, std::size_t rows) const {
    const auto duration = std::chrono::steady_clock::now() - begin_;
    if (scope_ != nullptr) scope_->database += duration;
    observers_.called(
        {.statement = statement_, .duration = duration, .outcome = outcome, .rows = rows, .scope = scope_});
  }

 private:
  const Observers& observers_;
  const Statement& statement_;
  RequestScope* const scope_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void tell(const CallWatch& watch, const std::exception_ptr& failure,
          const std::expected<std::vector<Rows>, Violation>& results) {
  if (failure) return watch.tell(outcome_of(failure), 0);
  if (!results) return watch.tell(CallOutcome::violated, 0);
  watch.tell(CallOutcome::ok, rows_of(*results));
}

}  // namespace

Task<Rows> Database::query(const Statement& statement, Parameters parameters) {
  const std::shared_ptr<Observers> kept = shared_;  // the Database, and its Provider, may go before the call ends
  const Executor executor = co_await boost::asio::this_coro::executor;
  const CallWatch watch{observers_, statement, executor.scope()};
  std::exception_ptr failure;
  try {
    Rows rows = co_await read(statement, std::move(parameters));
    watch.tell(CallOutcome::ok, rows.size());
    co_return rows;
  } catch (...) {
    failure = std::current_exception();
  }
  watch.tell(outcome_of(failure), 0);
  std::rethrow_exception(failure);
}

Task<Rows> Database::query_anywhere(const Statement& statement, Parameters parameters) {
  if (has_standbys()) {
    Parameters copy = parameters;
    auto rows = co_await ask_standby(statement, std::move(copy), Recency::acknowledged);
    if (rows) co_return *std::move(rows);
  }
  co_return co_await query(statement, std::move(parameters));
}

Task<std::optional<Rows>> Database::query_standby(const Statement& statement, Parameters parameters) {
  return ask_standby(statement, std::move(parameters), Recency::announced);
}

/// The call is counted only if the standby answers it.
Task<std::optional<Rows>> Database::ask_standby(const Statement& statement, Parameters parameters, Recency recency) {
  if (!has_standbys()) co_return std::nullopt;
  const std::shared_ptr<Observers> kept = shared_;
  const Executor executor = co_await boost::asio::this_coro::executor;
  const CallWatch watch{observers_, statement, executor.scope()};
  auto rows = co_await read_standby(statement, std::move(parameters), recency);
  if (rows) watch.tell(CallOutcome::ok, rows->size());
  co_return std::move(rows);
}

Task<std::optional<Rows>> Database::read_standby(const Statement& /*statement*/, Parameters /*parameters*/,
                                                 Recency /*recency*/) {
  co_return std::nullopt;
}

Task<std::expected<Committed, Violation>> Database::commit_expecting(Changes changes, Expected expected) {
  // The object may be gone when a write that it started ends, so from here on only the coroutine frame is used.
  const std::shared_ptr<Observers> kept = shared_;
  Observers& observers = observers_;
  const std::vector<Announcement> announcements = changes.announcements_;
  std::vector<Announcement> to_others = std::move(changes.announcements_);
  std::expected<std::vector<Rows>, Violation> results;
  std::exception_ptr failure;

  const Executor executor = co_await boost::asio::this_coro::executor;
  const auto occurrences = occurrences_of(changes.commands_);
  std::optional<CallWatch> watch;
  if (!changes.commands_.empty()) watch.emplace(observers, *changes.commands_.front().statement, executor.scope());

  observers.announce(announcements);
  try {
    results = co_await write(std::move(changes.commands_), std::move(to_others));
  } catch (...) {
    failure = std::current_exception();
  }
  observers.announce(announcements);
  if (watch) tell(*watch, failure, results);

  if (failure) std::rethrow_exception(failure);
  if (results) {
    tell_occurrences(observers, occurrences, *results);
    co_return Committed{*std::move(results)};
  }
  const auto is_violated = [&](const Constraint* one) { return one->is_violated_by(results.error()); };
  if (std::ranges::none_of(expected, is_violated)) throw ConstraintViolation{std::move(results.error())};
  co_return std::unexpected(std::move(results.error()));
}

Task<Committed> Database::commit(Changes changes) {
  Expected nothing;
  auto committed = co_await commit_expecting(std::move(changes), std::move(nothing));
  co_return *std::move(committed);  // every violation has been thrown
}

Task<> Database::commit(Change<void> change) {
  Changes changes;
  changes.add(std::move(change));
  (void)co_await commit(std::move(changes));
}

}  // namespace gatehouse::database
