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
/// What revocation rests on: commit() tells this process's observers of every announcement before the write and again
/// after it, however it ended, and before anybody learns that it succeeded.
/// - Before, so that nobody here answers from memory while the write is under way and other replicas may refuse
/// already.
/// - After, because a reader that asked the database just before the commit may fill a cache at any moment: if that was
///   before this second time, it drops the entry; if it comes later, the reader's ticket is worthless.
/// - A write that failed with Unavailable may still be committed after the second time. Then the change feed says so:
///   PostgreSQL announces a commit to this process too, and SQLite's writer reports one that came too late for its
///   caller.
class Database {
 public:
  /// `observers` outlive every call, unless they are a Provider's: these live as long as a call does.
  explicit Database(Observers& observers) : observers_(observers), shared_(observers.weak_from_this().lock()) {}
  virtual ~Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs a SELECT. It sees every write acknowledged before the call.
  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters);

  /// The same, and a standby may answer that has replayed every write acknowledged before the call. It costs a question
  /// to the primary, so it is for what reads many rows. That question, the standby's answer and the primary's each have
  /// their own deadline.
  [[nodiscard]] Task<Rows> query_anywhere(const Statement& statement, Parameters parameters);

  /// False where no standby will ever answer.
  [[nodiscard]] virtual bool has_standbys() const noexcept { return false; }

  /// Runs a SELECT on a standby that has replayed every announced change known to this process when the answer comes.
  /// So its rows are as good as what a ChangeObserver remembers, and no better: what is new, or was changed without an
  /// announcement, may be missing. Who finds nothing, or would refuse what is found, asks query(). Nothing, too, where
  /// no standby answers in time.
  [[nodiscard]] Task<std::optional<Rows>> query_standby(const Statement& statement, Parameters parameters);

  /// Makes the changes in one round trip, durable when it returns. Other processes hear the announcements once the
  /// transaction is committed.
  [[nodiscard]] Task<Committed> commit(Changes changes);

  /// The same, where violating one of the constraints is an expected outcome: the value says which was violated.
  template <std::same_as<Constraint>... Constraints>
    requires(sizeof...(Constraints) > 0)
  [[nodiscard]] Task<std::expected<Committed, Violation>> commit_unless(Changes changes,
                                                                        const Constraints&... violated) {
    return commit_expecting(std::move(changes), {&violated...});
  }

  /// One change alone, and its result.
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

  /// What a driver does where has_standbys(): the rows, or nothing where the primary must be asked.
  [[nodiscard]] virtual Task<std::optional<Rows>> read_standby(const Statement& statement, Parameters parameters,
                                                               Recency recency);

  /// What a driver does: runs the commands in order as one transaction, all of them or none, and has the announcements
  /// reach every other process once it is committed. A result per command. Throws what the port throws.
  [[nodiscard]] virtual Task<std::expected<std::vector<Rows>, Violation>> write(
      std::vector<Command> commands, std::vector<Announcement> announcements) = 0;

 private:
  using Expected = std::vector<const Constraint*>;
  [[nodiscard]] Task<std::optional<Rows>> ask_standby(const Statement& statement, Parameters parameters,
                                                      Recency recency);
  [[nodiscard]] Task<std::expected<Committed, Violation>> commit_expecting(Changes changes, Expected expected);

  Observers& observers_;
  const std::shared_ptr<Observers> shared_;  ///< the same, where they are a Provider's
};

}  // namespace gatehouse::database
