#include "database/sqlite/writer.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace gatehouse::database::sqlite {

// Invariants. No call hears of success before its group's COMMIT, and every call of a group is answered: with its own
// outcome, with the failure that ended it alone, or with the failure that ended all. Between groups the connection is
// in no transaction. A call that is undone leaves the group's transaction as it found it: SQLite itself undoes one
// statement, a savepoint several. Only this thread uses the connection, so nothing here needs a lock.

namespace {

Outcome run_alone(Connection& connection, const Command& command, Deadline deadline) {
  auto rows = connection.run(command, deadline);
  if (!rows) return {.results = std::unexpected(rows.error()), .failure = {}};
  std::vector<Rows> results;
  results.push_back(std::move(*rows));
  return {.results = std::move(results), .failure = {}};
}

// Runs all of the commands or none of them, inside the group's transaction.
Outcome run_batch(Connection& connection, const std::vector<Command>& commands, Deadline deadline) {
  connection.begin_savepoint();
  std::vector<Rows> results;
  results.reserve(commands.size());
  try {
    for (const Command& command : commands) {
      auto rows = connection.run(command, deadline);
      if (!rows) {
        connection.rollback_savepoint();
        return {.results = std::unexpected(rows.error()), .failure = {}};
      }
      results.push_back(std::move(*rows));
    }
  } catch (const StatementFailed&) {
    // Some failures roll the whole transaction back by themselves, and the savepoint with it.
    if (connection.in_transaction()) connection.rollback_savepoint();
    throw;
  }
  // Released, not kept: the next batch uses the same name, and names nest.
  connection.release_savepoint();
  return {.results = std::move(results), .failure = {}};
}

Outcome run_call(Connection& connection, const Call& call) {
  try {
    // One statement is undone by SQLite itself when it fails; only several need a savepoint.
    if (call.commands().size() == 1) return run_alone(connection, call.commands().front(), call.deadline());
    return run_batch(connection, call.commands(), call.deadline());
  } catch (const StatementFailed& failed) {
    return {.results = {}, .failure = to_failure(failed)};
  }
}

Deadline latest_deadline(const std::vector<CallPtr>& calls) {
  // BEGIN may wait for another process; the wait is worth it as long as one of the calls can still use it.
  return (*std::ranges::max_element(calls, {}, &Call::deadline))->deadline();
}

// False if one of them had been answered before, at its deadline.
bool answer_all(const std::vector<CallPtr>& calls, std::vector<Outcome> outcomes) {
  bool in_time = true;
  for (std::size_t i = 0; i < calls.size(); ++i) in_time = calls[i]->answer(std::move(outcomes[i])) && in_time;
  return in_time;
}

ScriptRefusal refusal_of(std::size_t step, Violation violation) {
  ScriptRefusal refusal{.step = step};
  refusal.reason = violation.state + ": " + violation.message;
  refusal.violation = std::move(violation);
  return refusal;
}

/// Runs the scripts in a transaction that was begun; the result is why they cannot be committed, if they cannot.
std::optional<ScriptRefusal> run_steps(Connection& connection, const std::vector<ScriptStep>& steps) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    try {
      if (!steps[i].check.empty()) {
        auto problems = connection.run_check(steps[i].check);
        if (problems && !problems->empty()) return ScriptRefusal{.step = i, .problems = *std::move(problems)};
      }
      auto done = connection.run_script(steps[i].sql);
      if (!done) return refusal_of(i, std::move(done.error()));
    } catch (const StatementFailed& failed) {
      return ScriptRefusal{.step = i, .reason = failed.what()};
    }
  }
  return std::nullopt;
}

// The check afterwards decides what is acknowledged; the one before keeps most writes from being lost with the file.
std::expected<void, Violation> commit_into_the_file(Connection& connection) {
  connection.require_files();
  auto committed = connection.commit();
  if (committed) connection.require_files();
  return committed;
}

/// A refusal of the commit counts as one of the last script, which deferred it.
std::optional<ScriptRefusal> commit_steps(Connection& connection, std::size_t count) {
  auto done = commit_into_the_file(connection);
  if (done) return std::nullopt;
  return refusal_of(count - 1, std::move(done.error()));
}

void fail_all(const std::vector<CallPtr>& calls, Unavailable::Reason reason, const std::string& message) {
  for (const CallPtr& call : calls) call->fail(reason, message);
}

}  // namespace

void Writer::run(std::latch& opened) {
  // Before the count-down: whoever waits for the start wants to hear whether there is a file.
  slot_.maintain();
  opened.count_down();
  while (!lane_.stopped()) {
    poll_feed();
    auto calls = lane_.take(group_max, std::chrono::steady_clock::now() + feed_interval);
    // Before serving, so that these calls find a connection whose pause is over; after it, so that a broken one is
    // closed before the next poll takes its data version for an answer.
    slot_.maintain();
    if (!calls.empty()) serve(std::move(calls));
    slot_.maintain();
    if (slot_.waits_for_others()) readers_.wake();
  }
}

void Writer::serve(std::vector<CallPtr> calls) {
  Connection* connection = slot_.get();
  if (connection == nullptr) {
    fail_all(calls, Unavailable::Reason::storage, slot_.failure());
  } else if (calls.front()->is_script()) {
    run_scripts(*connection, calls.front());
  } else {
    write_group(*connection, std::move(calls));
  }
}

void Writer::write_group(Connection& connection, std::vector<CallPtr> calls) {
  try {
    while (!calls.empty() && !try_commit(connection, calls)) {
    }
  } catch (const Unavailable& failure) {
    connection.rollback();
    fail_all(calls, failure.reason(), failure.what());
  } catch (const std::exception& failure) {
    // BEGIN, COMMIT or a savepoint failed, or there is no memory: no caller's statement is to blame.
    connection.rollback();
    fail_all(calls, Unavailable::Reason::storage, failure.what());
  }
}

// False if one call ended the transaction: it is answered and taken out, and the others have to run again.
bool Writer::try_commit(Connection& connection, std::vector<CallPtr>& calls) {
  connection.begin(latest_deadline(calls));
  std::vector<Outcome> outcomes;
  outcomes.reserve(calls.size());
  for (auto call = calls.begin(); call != calls.end(); ++call) {
    try {
      outcomes.push_back(run_call(connection, **call));
    } catch (const Unavailable& failure) {
      if (failure.reason() != Unavailable::Reason::deadline) throw;
      // An interrupted write takes the whole transaction with it. Its neighbours run again; none was answered yet.
      connection.rollback();
      (*call)->fail(failure.reason(), failure.what());
      calls.erase(call);
      return false;
    }
  }
  // No constraint of the schema is deferred. If one ever were, nobody could say whose call violated it.
  if (auto committed = commit_into_the_file(connection); !committed) {
    connection.rollback();
    settle_refused(connection, calls, std::move(committed.error()));
    return true;
  }
  statistics_.commits.fetch_add(1, std::memory_order_relaxed);
  statistics_.writes.fetch_add(calls.size(), std::memory_order_relaxed);
  // When a caller is told at its deadline that the outcome is unknown, what the write ends is dropped from this
  // process's cache, but that was before the commit.
  if (!answer_all(calls, std::move(outcomes))) feeds_.lose();
  return true;
}

// A deferred constraint does not say which call violated it: alone, each call gets its own outcome.
void Writer::settle_refused(Connection& connection, const std::vector<CallPtr>& calls, Violation violation) {
  if (calls.size() == 1) {
    calls.front()->answer({.results = std::unexpected(std::move(violation)), .failure = {}});
    return;
  }
  for (const CallPtr& call : calls) write_group(connection, {call});
}

void Writer::run_scripts(Connection& connection, const CallPtr& call) {
  try {
    connection.begin(Deadline::max());
    auto refusal = run_steps(connection, call->steps());
    if (!refusal) refusal = commit_steps(connection, call->steps().size());
    // If COMMIT succeeded, there is nothing left to roll back; if it did not, no script must leave a trace.
    connection.rollback();
    call->answer({.results = {}, .failure = {}, .refusal = std::move(refusal)});
  } catch (const std::exception& thrown) {
    connection.rollback();
    call->answer({.results = {}, .failure = to_failure(thrown)});
  }
}

void Writer::poll_feed() {
  Connection* connection = slot_.get();
  if (connection == nullptr) {
    data_version_.reset();
    feeds_.lose();
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  // With nobody to tell, an idle process does not touch the file.
  if (feeds_.empty() || now < next_poll_) return;
  next_poll_ = now + feed_interval;
  try {
    connection->require_files();
    const BootTime asked_at = boot_now();
    const auto version = connection->data_version();
    // A data version belongs to its connection; between two connections the feeds were lost.
    if (data_version_ && *data_version_ != version) feeds_.lose();
    data_version_ = version;
    feeds_.prove(asked_at + feed_trust);
  } catch (const std::exception&) {
    data_version_.reset();
    feeds_.lose();
  }
}

}  // namespace gatehouse::database::sqlite
