#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse secrets …`.
void add_secrets_commands(Commands& commands);

}  // namespace gatehouse::cli
