#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::cli {

/// One type per command, with its arguments.
struct ServeCommand {};
struct RoutesCommand {};
struct MigrateLatestCommand {};
/// `migrate rollback [--to NAME]`.
struct MigrateRollbackCommand {
  std::optional<std::string> to;  ///< never empty; nothing: the last batch
};
struct MigrateStatusCommand {};
/// `migrate make NAME`.
struct MigrateMakeCommand {
  std::string name;
  std::string directory;
};
/// `seed run [FILE...]`.
struct SeedRunCommand {
  std::vector<std::string> files;  ///< none: the built-in ones
};
/// `seed make NAME`.
struct SeedMakeCommand {
  std::string name;
  std::string directory;
};
struct DatabaseResetCommand {};
struct SessionsCleanupCommand {};
struct ForgetExpressPasswordsCommand {};
struct SecretsGenerateCommand {};
struct DoctorCommand {};

using Command =
    std::variant<ServeCommand, RoutesCommand, MigrateLatestCommand, MigrateRollbackCommand, MigrateStatusCommand,
                 MigrateMakeCommand, SeedRunCommand, SeedMakeCommand, DatabaseResetCommand, SessionsCleanupCommand,
                 ForgetExpressPasswordsCommand, SecretsGenerateCommand, DoctorCommand>;

/// What the command line asks for.
struct CommandLine {
  Command command;
  std::optional<std::string> env_file;  ///< --env-file; nothing: `.env`, if there is one
};

/// Nothing to run: the text answers the command line (--help, --version) or says what is wrong with it.
struct CommandLineEnd {
  int exit_code;
  std::string text;
};

[[nodiscard]] std::variant<CommandLine, CommandLineEnd> parse_command_line(int argc, const char* const* argv,
                                                                           const std::string& version);

}  // namespace gatehouse::cli
