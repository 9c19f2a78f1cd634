#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse mail …`: tries the mail server, shows the outbox, makes a mail due.
void add_mail_commands(Commands& commands);

}  // namespace gatehouse::cli
