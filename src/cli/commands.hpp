#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "cli/program.hpp"
#include "config/sources.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library names it
class App;
}

namespace gatehouse::cli {

/// What a command does. The alternatives differ in what they need: only the program; also the sources of the settings,
/// right or wrong; or settings without a mistake. Returns the process's exit code. Blocks, and may throw what Database
/// throws.
using Action = std::variant<std::function<int(const Program&)>,                          //
                            std::function<int(const Program&, const config::Sources&)>,  //
                            std::function<int(const Program&, const service::Loaded&)>>;

/// The command that the command line names, `migrate rollback`, with its action.
struct ChosenCommand {
  std::string name;
  Action action;
};

/// The commands at one level of the grammar: those of the program, or of one of its groups.
///
/// A group's file adds its commands, each with its name, its line of help and its action. A command with arguments has
/// a struct for them: `define` describes its members to CLI11, which fills them, and `run` is given the filled struct.
/// Names and texts are copied. Valid while the grammar is built.
class Commands {
 public:
  /// Both outlive the parsing.
  Commands(CLI::App& app, ChosenCommand& chosen) : app_(app), chosen_(chosen) {}

  void add(const std::string& name, const std::string& what, Action action);
  /// The same; this command also runs if the command line names none.
  void add_default(const std::string& name, const std::string& what, Action action);

  /// `Given` is what an Action is given after the program.
  template <class Options, class... Given>
  void add(const std::string& name, const std::string& what, void (*define)(CLI::App&, Options&),
           int (*run)(const Program&, const Options&, const Given&...)) {
    const auto options = std::make_shared<Options>();
    auto action = [options, run](const Program& program, const Given&... given) {
      return run(program, *options, given...);
    };
    define(add_command(name, what, std::move(action)), *options);
  }

  /// `gatehouse migrate …`: one of the commands added to the group must follow its name.
  [[nodiscard]] Commands add_group(const std::string& name, const std::string& what);

 private:
  CLI::App& add_command(const std::string& name, const std::string& what, Action action);

  CLI::App& app_;
  ChosenCommand& chosen_;
  std::string prefix_;  ///< of a command's full name: `migrate `, or empty
};

}  // namespace gatehouse::cli
