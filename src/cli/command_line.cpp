#include "cli/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <sstream>
#include <utility>

#include "cli/command_groups.hpp"

namespace gatehouse::cli {
namespace {

/// The command line's grammar: what every command shares, and the commands as their files describe them.
class Grammar {
 public:
  explicit Grammar(const std::string& version) {
    app_.set_version_flag("--version", "gatehouse " + version, "Print the version and exit");
    app_.add_option("--env-file", env_file_, "Settings file to read instead of .env in the working directory")
        ->type_name("FILE");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.footer("Settings come from the environment and .env; see docs/configuration.md, or run `gatehouse doctor`.");
    Commands commands{app_, chosen_};
    add_all_commands(commands);
  }

  std::variant<CommandLine, CommandLineEnd> parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& end) {
      std::ostringstream text;
      const bool is_answer = app_.exit(end, text, text) == 0;
      return CommandLineEnd{is_answer ? exit_success : exit_usage, text.str()};
    }
    return CommandLine{std::move(chosen_), env_file_.empty() ? std::nullopt : std::optional{env_file_}};
  }

 private:
  CLI::App app_{"Gatehouse: authentication and user management, as one program", "gatehouse"};
  ChosenCommand chosen_;
  std::string env_file_;
};

}  // namespace

std::variant<CommandLine, CommandLineEnd> parse_command_line(int argc, const char* const* argv,
                                                             const std::string& version) {
  return Grammar{version}.parse(argc, argv);
}

}  // namespace gatehouse::cli
