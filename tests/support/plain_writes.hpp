#pragma once

#include <expected>
#include <utility>
#include <vector>

#include "database/database.hpp"

namespace gatehouse::testing {

/// A test's own write with its parameters; its rows are returned as they are.
struct PlainCommand {
  const database::Write<void>* write;
  database::Parameters parameters;
};

[[nodiscard]] inline database::Rows as_they_come(const database::Rows& rows) { return rows; }

/// Commits the commands with the announcements; returns a violated constraint as a value.
inline Task<std::expected<std::vector<database::Rows>, database::Violation>> batch(
    database::Database& database, std::vector<PlainCommand> commands,
    std::vector<database::Announcement> announcements = {}) {
  database::Changes changes;
  std::vector<database::ResultOf<database::Rows>> results;
  for (PlainCommand& command : commands) {
    database::Change<database::Rows> change{*command.write, std::move(command.parameters), as_they_come};
    results.push_back(changes.add(std::move(change)));
  }
  for (const auto& announcement : announcements) changes.announce(announcement);
  try {
    const auto committed = co_await database.commit(std::move(changes));
    std::vector<database::Rows> rows;
    for (const auto& result : results) rows.push_back(committed.result(result));
    co_return rows;
  } catch (const database::ConstraintViolation& violated) {
    co_return std::unexpected(violated.violation());
  }
}

inline Task<std::expected<database::Rows, database::Violation>> execute(database::Database& database,
                                                                        const database::Write<void>& write,
                                                                        database::Parameters parameters) {
  database::Change<database::Rows> change{write, std::move(parameters), as_they_come};
  try {
    co_return co_await database.commit(std::move(change));
  } catch (const database::ConstraintViolation& violated) {
    co_return std::unexpected(violated.violation());
  }
}

/// The kind of constraint that made a call fail.
template <class Result>
[[nodiscard]] database::Violation::Kind kind_of(const std::expected<Result, database::Violation>& call) {
  return call.error().kind;
}

}  // namespace gatehouse::testing
