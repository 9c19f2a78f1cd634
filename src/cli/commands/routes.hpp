#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse routes`: lists what is served, a method and a path a line. It needs no settings and no database.
void add_routes_command(Commands& commands);

}  // namespace gatehouse::cli
