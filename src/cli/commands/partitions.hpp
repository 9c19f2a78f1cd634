#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `db partition` and `db unpartition`, of sessions and of the audit trail.
void add_partition_commands(Commands& database);

}  // namespace gatehouse::cli
