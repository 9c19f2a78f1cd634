#pragma once

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// `gatehouse doctor`: prints every setting with its value (secrets hidden), origin and default, then one line per
/// check: settings, passwords, Redis, database, schema, change feed, clocks, kept Express hashes, mails that wait.
/// Fails where a check fails. Changes nothing; a database that is away is a failed check, and with mistakes in the
/// settings it is not looked at.
void add_doctor_command(Commands& commands);

}  // namespace gatehouse::cli
