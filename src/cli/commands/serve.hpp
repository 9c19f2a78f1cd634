#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse serve`, and `gatehouse` alone: sets up the log on standard output, puts the settings' warnings into it
/// and serves until a signal ends it.
void add_serve_command(Commands& commands);

}  // namespace gatehouse::cli
