#pragma once

#include <span>

#include "cli/commands.hpp"
#include "cli/commands/database_session.hpp"

namespace gatehouse::cli {

/// `gatehouse seed …`: each prints what it did.
void add_seed_commands(Commands& commands);

/// Adds the files' users to the session's database. Fails if an entry was skipped, with the reason printed.
[[nodiscard]] int plant_seeds(const Program& program, const service::Settings& settings, DatabaseSession& session,
                              std::span<const EmbeddedFile> files);

}  // namespace gatehouse::cli
