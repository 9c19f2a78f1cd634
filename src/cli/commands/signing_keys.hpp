#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse signing-keys …`: makes and shows the keys that sign tokens, and moves them through their life.
void add_key_commands(Commands& commands);

}  // namespace gatehouse::cli
