#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "database/database.hpp"

namespace gatehouse::testing {

/// A database that answers by a function of the test: for what no real one does on demand, such as failing at one
/// statement or letting something else happen in the middle of it. Belongs to one thread.
class ScriptedDatabase final : public database::Database {
 public:
  /// The rows for a statement, by its name; may throw what a Database throws.
  using Script = std::function<database::Rows(std::string_view statement, const database::Parameters& parameters)>;

  explicit ScriptedDatabase(Script script) : script_(std::move(script)) {}

  Task<database::Rows> query(const database::Statement& statement, database::Parameters parameters) override {
    co_return answer(statement, parameters);
  }
  Task<std::expected<database::Rows, database::Violation>> execute(const database::Statement& statement,
                                                                   database::Parameters parameters) override {
    co_return answer(statement, parameters);
  }
  Task<std::expected<std::vector<database::Rows>, database::Violation>> batch(std::vector<database::Command> commands,
                                                                              std::string announcement) override {
    std::vector<database::Rows> results;
    for (const auto& command : commands) results.push_back(answer(*command.statement, command.parameters));
    announcements.push_back(std::move(announcement));
    co_return results;
  }
  Task<std::expected<void, database::Violation>> run_script(std::string) override {
    throw std::logic_error{"only the migrator runs scripts"};
  }
  Task<database::Rows> run_check(std::string) override { throw std::logic_error{"only the migrator runs checks"}; }
  database::Dialect dialect() const noexcept override { return database::Dialect::sqlite; }

  std::vector<std::string> statements;     ///< the names of those that were run, in order
  std::vector<std::string> announcements;  ///< of the batches that ended well

 private:
  database::Rows answer(const database::Statement& statement, const database::Parameters& parameters) {
    statements.emplace_back(statement.name);
    return script_(statement.name, parameters);
  }

  const Script script_;
};

}  // namespace gatehouse::testing
