#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse keys …`: makes, shows, rotates and revokes the keys with which programs call the API.
void add_api_key_commands(Commands& commands);

}  // namespace gatehouse::cli
