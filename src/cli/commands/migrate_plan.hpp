#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse migrate plan`: what the pending migrations would do. Changes nothing, and does not create a missing file.
/// Exits with 0 if they could be applied or there are none, and with 1 if they would be refused.
void add_migrate_plan(Commands& migrate);

}  // namespace gatehouse::cli
