#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse db …`: works on the whole database, and prints what it did.
void add_database_commands(Commands& commands);

}  // namespace gatehouse::cli
