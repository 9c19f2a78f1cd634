#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// Adds every command there is. A new group is a file in commands/ and a line in the list of this function's file.
void add_all_commands(Commands& commands);

}  // namespace gatehouse::cli
