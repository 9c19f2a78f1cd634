#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse audit …`: reads the audit trail from the database, whether or not the service runs.
void add_audit_commands(Commands& commands);

}  // namespace gatehouse::cli
