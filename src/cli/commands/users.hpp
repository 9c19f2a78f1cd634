#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse users …`: each prints what it did.
void add_users_commands(Commands& commands);

}  // namespace gatehouse::cli
