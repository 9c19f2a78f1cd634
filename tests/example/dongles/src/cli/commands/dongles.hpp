#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse dongles …`: each prints what it did.
void add_dongles_commands(Commands& commands);

}  // namespace gatehouse::cli
