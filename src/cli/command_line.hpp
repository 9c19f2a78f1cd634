#pragma once

#include <optional>
#include <string>
#include <variant>

#include "cli/commands.hpp"

namespace gatehouse::cli {

/// What the command line asks for.
struct CommandLine {
  ChosenCommand command;
  std::optional<std::string> env_file;  ///< --env-file; std::nullopt: `.env`, if there is one
};

/// Nothing to run: the text answers the command line (--help, --version) or says what is wrong with it.
struct CommandLineEnd {
  int exit_code;
  std::string text;
};

[[nodiscard]] std::variant<CommandLine, CommandLineEnd> parse_command_line(int argc, const char* const* argv,
                                                                           const std::string& version);

}  // namespace gatehouse::cli
