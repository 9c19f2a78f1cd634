#pragma once

#include <concepts>
#include <expected>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "database/changes.hpp"
#include "database/constraint.hpp"
#include "database/errors.hpp"
#include "database/observers.hpp"
#include "database/recency.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

/// The only interface through which stores use a database. postgres/ and sqlite/ implement it; main.cpp chooses one.
///
/// Threads: an object belongs to one io thread; its coroutines are started and resumed there. Many may be in flight.
/// Deadlines: every call ends within the configured query deadline, by its result or by Unavailable.
/// Failures: Unavailable and StatementFailed are thrown, and ConstraintViolation for every constraint that the caller
/// did not name.
/// Retries: a call whose outcome is unknown (connection lost after sending a write) throws Unavailable; the caller, not
/// the driver, knows whether to repeat it.
///
/// Revocation rests on this: commit() tells this process's observers of every announcement before the write, and again
/// after it, however it ended, and before anybody learns that it succeeded.
/// - Before, so that nobody here answers from memory while the write is under way and other replicas may already
///   refuse.
/// - After, because a reader that asked the database just before the commit may fill a cache at any moment. If it does
///   so before the second announcement, that announcement drops the entry; if later, the reader's ticket is worthless.
/// - A write that failed with Unavailable may still be committed after the second announcement. Then the change feed
///   says so: PostgreSQL announces a commit to this process too, and SQLite's writer reports one that came too late for
///   its caller.
class Database {
 public:
  /// `observers` outlive every call, unless they are a Provider's: a call keeps those alive.
  explicit Database(Observers& observers) : observers_(observers), shared_(observers.weak_from_this().lock()) {}
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs a SELECT. It sees every write acknowledged before the call.
  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters);

  /// The same, but a standby may answer if it has replayed every write acknowledged before the call. This costs an
  /// extra query to the primary, so it is meant for reads of many rows. That query, the standby's answer and the
  /// primary's answer each have their own deadline.
  [[nodiscard]] Task<Rows> query_anywhere(const Statement& statement, Parameters parameters);

  /// False if no standby will ever answer.
  [[nodiscard]] virtual bool has_standbys() const noexcept { return false; }

  /// Runs a SELECT on a standby that has replayed every announced change known to this process when the answer comes.
  /// Its rows are therefore as good as what a ChangeObserver remembers, and no better: whatever is new, or was changed
  /// without an announcement, may be missing. A caller that finds nothing, or would refuse what it found, must ask
  /// query(). Returns nothing, too, if no standby answers in time.
  [[nodiscard]] Task<std::optional<Rows>> query_standby(const Statement& statement, Parameters parameters);

  /// Makes the changes in one round trip; they are durable when it returns. Other processes hear the announcements once
  /// the transaction is committed.
  [[nodiscard]] Task<Committed> commit(Changes changes);

  /// The same, if violating one of the constraints is an expected outcome: the value says which was violated.
  template <std::same_as<Constraint>... Constraints>
    requires(sizeof...(Constraints) > 0)
  [[nodiscard]] Task<std::expected<Committed, Violation>> commit_unless(Changes changes,
                                                                        const Constraints&... violated) {
    return commit_expecting(std::move(changes), {&violated...});
  }

  /// Commits one change and returns its result.
  template <class Result>
  [[nodiscard]] Task<Result> commit(Change<Result> change) {
    Changes changes;
    const auto result = changes.add(std::move(change));
    const Committed committed = co_await commit(std::move(changes));
    co_return committed.result(result);
  }
  [[nodiscard]] Task<> commit(Change<void> change);

 protected:
  /// What a driver does for query().
  [[nodiscard]] virtual Task<Rows> read(const Statement& statement, Parameters parameters) = 0;

  /// What a driver does if has_standbys(): returns the rows, or nothing if the primary must be asked.
  [[nodiscard]] virtual Task<std::optional<Rows>> read_standby(const Statement& statement, Parameters parameters,
                                                               Recency recency);

  /// What a driver does: runs the commands in order as one transaction, all of them or none, and delivers the
  /// announcements to every other process once it is committed. One result per command. Throws what the port throws.
  [[nodiscard]] virtual Task<std::expected<std::vector<Rows>, Violation>> write(
      std::vector<Command> commands, std::vector<Announcement> announcements) = 0;

 private:
  using Expected = std::vector<const Constraint*>;
  [[nodiscard]] Task<std::optional<Rows>> ask_standby(const Statement& statement, Parameters parameters,
                                                      Recency recency);
  [[nodiscard]] Task<std::expected<Committed, Violation>> commit_expecting(Changes changes, Expected expected);

  Observers& observers_;
  const std::shared_ptr<Observers> shared_;  ///< the same, if they are a Provider's
};

}  // namespace gatehouse::database
