#include "cli/commands/routes_command.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include "api/routes.hpp"

namespace gatehouse::cli {

int list_routes(const Program& program) {
  auto routes = api::Routes::infos;
  std::ranges::sort(routes, {}, [](const api::RouteInfo& route) { return std::pair{route.pattern, route.method}; });
  for (const api::RouteInfo& route : routes) program.out << to_text(route.method) << ' ' << route.pattern << '\n';
  return exit_success;
}

}  // namespace gatehouse::cli
