#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse passwords …`: builds and checks breach filters (PASSWORD_BREACH_FILTER). They need no settings and no
/// database.
void add_password_commands(Commands& commands);

}  // namespace gatehouse::cli
