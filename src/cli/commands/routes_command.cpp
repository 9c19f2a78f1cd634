#include "cli/commands/routes_command.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "config/load.hpp"
#include "database/errors.hpp"
#include "http/method.hpp"
#include "service/wiring/features.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::cli {
namespace {

/// Features need a database to be built upon; listing their routes asks nothing of it.
class AbsentDatabase final : public database::Database {
 public:
  Task<database::Rows> query(const database::Statement& /*statement*/, database::Parameters /*parameters*/) override {
    throw absent();
  }
  Task<std::expected<database::Rows, database::Violation>> execute(const database::Statement& /*statement*/,
                                                                   database::Parameters /*parameters*/) override {
    throw absent();
  }
  Task<std::expected<std::vector<database::Rows>, database::Violation>> batch(std::vector<database::Command> /*all*/,
                                                                              std::string /*announcement*/) override {
    throw absent();
  }
  Task<std::expected<void, database::Violation>> run_script(std::string /*sql*/) override { throw absent(); }
  Task<database::Rows> run_check(std::string /*sql*/) override { throw absent(); }
  [[nodiscard]] database::Dialect dialect() const noexcept override { return database::Dialect::sqlite; }

 private:
  static database::Unavailable absent() {
    return {database::Unavailable::Reason::stopped, "there is no database while routes are listed"};
  }
};

}  // namespace

int list_routes(const Program& program) {
  // What development makes up where nothing is given.
  const auto loaded = config::load_settings({}, program.random);
  if (!loaded) return exit_failure;
  service::SharedParts shared{loaded->settings, program.clock, program.random, program.openapi};
  AbsentDatabase database;
  const service::Features features{database, shared};
  auto routes = features.router.routes();
  std::ranges::sort(routes, {}, [](const http::Route* route) { return std::pair{route->pattern, route->method}; });
  for (const http::Route* route : routes) program.out << to_text(route->method) << ' ' << route->pattern << '\n';
  return exit_success;
}

}  // namespace gatehouse::cli
