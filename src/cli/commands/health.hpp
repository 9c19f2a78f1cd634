#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse health`: asks a running service whether it lives, or is ready, for containers and scripts. Without --url
/// it asks the one that these settings are of, on this machine. It opens no database.
void add_health_command(Commands& commands);

}  // namespace gatehouse::cli
