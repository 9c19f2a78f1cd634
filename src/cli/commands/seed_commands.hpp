#pragma once

#include "cli/command_line.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/program.hpp"
#include "config/settings.hpp"

namespace gatehouse::cli {

/// `gatehouse seed …`. They print what they did, return the exit code, block, and throw what Database throws.

/// Refused in production: everybody knows the seeds' passwords.
[[nodiscard]] int seed_run(const Program& program, const config::Settings& settings, const SeedRunCommand& command);
[[nodiscard]] int seed_make(const Program& program, const SeedMakeCommand& command);

/// Plants the files' users into the session's database. Fails where an entry was skipped, with the reason printed.
[[nodiscard]] int plant_seeds(const Program& program, const config::Settings& settings, DatabaseSession& session,
                              std::span<const EmbeddedFile> files);

}  // namespace gatehouse::cli
