#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// Adds `verify` to the group `gatehouse audit`: compares the audit trail with its seals.
void add_audit_verify_command(Commands& audit);

}  // namespace gatehouse::cli
