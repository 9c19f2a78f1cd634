#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse health`: asks a running service whether it is alive or ready, for containers and scripts. Without --url
/// it asks the service on this machine that has these settings. It opens no database.
void add_health_command(Commands& commands);

}  // namespace gatehouse::cli
