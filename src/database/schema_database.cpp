#include "database/schema_database.hpp"

#include <utility>

namespace gatehouse::database {

Task<std::expected<void, Violation>> SchemaDatabase::run_script(std::string sql) {
  std::vector<ScriptStep> steps;
  steps.push_back({.sql = std::move(sql)});
  auto done = co_await run_scripts(std::move(steps));
  if (done) co_return std::expected<void, Violation>{};
  if (!done.error().violation) throw StatementFailed{done.error().reason};
  co_return std::unexpected(*std::move(done.error().violation));
}

Task<> SchemaDatabase::run_alone(std::string sql) {
  const auto done = co_await run_script(std::move(sql));
  if (!done) throw ConstraintViolation{done.error()};
}

Task<bool> SchemaDatabase::run_beside(std::string /*sql*/, std::chrono::milliseconds /*patience*/) {
  throw StatementFailed{"no script can run beside others here"};
}

}  // namespace gatehouse::database
