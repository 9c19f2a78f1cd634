#pragma once

#include "cli/program.hpp"

namespace gatehouse::cli {

/// `gatehouse routes`: prints every route as `GET /users`, a line each. Needs no settings and no database.
[[nodiscard]] int list_routes(const Program& program);

}  // namespace gatehouse::cli
