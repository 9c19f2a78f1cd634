#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse sessions …`: each prints what it did.
void add_sessions_commands(Commands& commands);

}  // namespace gatehouse::cli
