#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse routes`: lists the routes, one method and path per line. It needs no settings and no database.
void add_routes_command(Commands& commands);

}  // namespace gatehouse::cli
