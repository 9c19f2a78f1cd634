#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse migrate …`: each prints what it did.
void add_migrate_commands(Commands& commands);

}  // namespace gatehouse::cli
