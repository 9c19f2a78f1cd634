#include "cli/commands.hpp"

#include <CLI/App.hpp>

namespace gatehouse::cli {

void Commands::add(const std::string& name, const std::string& what, Action action) {
  add_command(name, what, std::move(action));
}

void Commands::add_default(const std::string& name, const std::string& what, Action action) {
  chosen_ = {prefix_ + name, action};
  add_command(name, what, std::move(action));
}

Commands Commands::add_group(const std::string& name, const std::string& what) {
  CLI::App* group = app_.add_subcommand(name, what);
  group->require_subcommand(1);
  Commands commands{*group, chosen_};
  commands.prefix_ = prefix_ + name + ' ';
  return commands;
}

CLI::App& Commands::add_command(const std::string& name, const std::string& what, Action action) {
  CLI::App* command = app_.add_subcommand(name, what);
  // CLI11 calls it once the whole command line is parsed, and then only for the command that was named.
  command->callback(
      [&chosen = chosen_, command = ChosenCommand{prefix_ + name, std::move(action)}] { chosen = command; });
  return *command;
}

}  // namespace gatehouse::cli
