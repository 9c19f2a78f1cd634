#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `db partition sessions` and `db unpartition sessions`.
void add_partition_commands(Commands& database);

}  // namespace gatehouse::cli
