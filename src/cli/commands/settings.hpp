#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse settings`: lists every setting there is, optionally in the format of the documents. It needs no settings.
void add_settings_command(Commands& commands);

}  // namespace gatehouse::cli
