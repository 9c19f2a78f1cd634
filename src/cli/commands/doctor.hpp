#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse doctor`: prints every setting with its value (secrets hidden), origin and default, then one line per
/// check, of the settings, of Redis and of the database. Fails if a check fails. Changes nothing. An unavailable
/// database is a failed check; if the settings have mistakes, the database is not checked.
void add_doctor_command(Commands& commands);

}  // namespace gatehouse::cli
