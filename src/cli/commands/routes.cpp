#include "cli/commands/routes.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "api/routes.hpp"

namespace gatehouse::cli {
namespace {

int list_routes(const Program& program) {
  auto routes = api::Routes::infos;
  std::ranges::sort(routes, {}, [](const api::RouteInfo& route) { return std::pair{route.pattern, route.methods}; });
  for (const api::RouteInfo& route : routes) {
    program.out << http::to_text(route.methods) << ' ' << route.pattern << '\n';
  }
  return exit_success;
}

}  // namespace

void add_routes_command(Commands& commands) {
  commands.add("routes", "List the routes: one method and path per line", list_routes);
}

}  // namespace gatehouse::cli
