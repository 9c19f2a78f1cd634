#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse users export` and `gatehouse users import`: files of users.
void add_user_transfer_commands(Commands& users);

}  // namespace gatehouse::cli
