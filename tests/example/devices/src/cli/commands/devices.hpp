#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse devices …`: each prints what it did.
void add_devices_commands(Commands& commands);

}  // namespace gatehouse::cli
