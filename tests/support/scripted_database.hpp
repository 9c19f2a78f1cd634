#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database/database.hpp"

namespace gatehouse::testing {

/// A base class, because the observers must exist before the database that is told of them.
struct OwnObservers {
  database::Observers observers;
};

/// A database that answers with a function of the test, for what no real one does on demand, such as failing at one
/// statement or letting something else happen in the middle of it. Belongs to one thread.
class ScriptedDatabase final : public OwnObservers, public database::Database {
 public:
  /// Returns the rows for a statement, by its name; may throw what a Database throws. A ConstraintViolation counts as
  /// one that the driver reports, so one that the caller named comes back as a value.
  using Script = std::function<database::Rows(std::string_view statement, const database::Parameters& parameters)>;

  explicit ScriptedDatabase(Script script) : Database(observers), script_(std::move(script)) {}

  Task<database::Rows> read(const database::Statement& statement, database::Parameters parameters) override {
    co_return answer(statement, parameters);
  }

  std::vector<std::string> statements;     ///< the names of those that were executed, in order
  std::vector<std::string> announcements;  ///< of the writes that succeeded
  int writes = 0;                          ///< each a transaction

 protected:
  Task<std::expected<std::vector<database::Rows>, database::Violation>> write(
      std::vector<database::Command> commands, std::vector<database::Announcement> announced) override {
    ++writes;
    std::vector<database::Rows> results;
    try {
      for (const auto& command : commands) results.push_back(answer(*command.statement, command.parameters));
    } catch (const database::ConstraintViolation& violated) {
      co_return std::unexpected(violated.violation());
    }
    for (const auto& announcement : announced) announcements.push_back(to_text(announcement));
    co_return results;
  }

 private:
  database::Rows answer(const database::Statement& statement, const database::Parameters& parameters) {
    statements.emplace_back(statement.name);
    return script_(statement.name, parameters);
  }

  const Script script_;
};

}  // namespace gatehouse::testing
