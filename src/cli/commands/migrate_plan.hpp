#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse migrate plan`: what the pending migrations would do. Changes nothing, and does not create a missing file.
/// 0 where they could be applied, also where there are none; 1 where they would be refused.
void add_migrate_plan(Commands& migrate);

}  // namespace gatehouse::cli
