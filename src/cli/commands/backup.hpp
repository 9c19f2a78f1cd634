#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `backup` and `restore`.
void add_backup_commands(Commands& commands);

}  // namespace gatehouse::cli
