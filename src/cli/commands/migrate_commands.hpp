#pragma once

#include "cli/command_line.hpp"
#include "cli/program.hpp"
#include "config/settings.hpp"

namespace gatehouse::cli {

/// `gatehouse migrate …`: each prints what it did and returns the exit code. They block, and throw what Database
/// throws.
[[nodiscard]] int migrate_latest(const Program& program, const config::Settings& settings);
[[nodiscard]] int migrate_rollback(const Program& program, const config::Settings& settings,
                                   const MigrateRollbackCommand& command);
/// Fails where a migration is pending, or applied and unknown, so that scripts can ask.
[[nodiscard]] int migrate_status(const Program& program, const config::Settings& settings);
[[nodiscard]] int migrate_make(const Program& program, const MigrateMakeCommand& command);

}  // namespace gatehouse::cli
