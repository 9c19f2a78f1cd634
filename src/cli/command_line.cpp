#include "cli/command_line.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "base/nearest_word.hpp"
#include "cli/command_groups.hpp"

namespace gatehouse::cli {
namespace {

constexpr std::string_view env_file_option = "--env-file";

std::vector<const CLI::App*> commands_of(const CLI::App& group) {
  return group.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App* find_command(const CLI::App& group, std::string_view name) {
  for (const CLI::App* command : commands_of(group)) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

/// The index of the next word, from `at` on, that is not an option; words.size() if there is none.
std::size_t next_command(const std::vector<std::string_view>& words, std::size_t at) {
  while (at < words.size() && words[at].starts_with('-')) at += words[at] == env_file_option ? 2 : 1;
  return std::min(at, words.size());
}

/// Where a command line leaves the grammar: the group that it had reached, and the word that is not one of its
/// commands.
struct Departure {
  const CLI::App* group;
  std::string_view word;  ///< empty if a command is missing
};

/// std::nullopt if every word that should be a command is one.
std::optional<Departure> find_departure(const CLI::App& app, const std::vector<std::string_view>& words) {
  const CLI::App* group = &app;
  for (std::size_t i = next_command(words, 0); i < words.size(); i = next_command(words, i + 1)) {
    if (commands_of(*group).empty()) return std::nullopt;
    const CLI::App* next = find_command(*group, words[i]);
    if (next == nullptr) return Departure{group, words[i]};
    group = next;
  }
  if (group == &app || commands_of(*group).empty()) return std::nullopt;
  return Departure{group, ""};
}

std::string describe(const Departure& departure) {
  std::vector<std::string_view> known;
  for (const CLI::App* command : commands_of(*departure.group)) known.push_back(command->get_name());
  std::string text = "gatehouse";
  if (departure.group->get_parent() != nullptr) text += " " + departure.group->get_name();
  if (departure.word.empty()) {
    text += ": a command is missing";
  } else {
    text += ": unknown command '" + std::string{departure.word} + "'";
    const std::string_view nearest = nearest_word(departure.word, known);
    if (!nearest.empty()) text += "; did you mean '" + std::string{nearest} + "'?";
  }
  text += "\nCommands:";
  for (const std::string_view name : known) text += " " + std::string{name};
  return text + "\nRun `gatehouse help` to see what they do.\n";
}

/// Replaces the words `help`, `help migrate` and `version` by the options that mean the same.
std::vector<std::string_view> with_options_for_words(std::vector<std::string_view> words) {
  const std::size_t command = next_command(words, 0);
  if (command == words.size()) return words;
  const std::string option = "--" + std::string{words[command]};
  for (const std::string_view known : {"--help", "--version"}) {
    if (option != known) continue;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(command));
    words.push_back(known);
    break;
  }
  return words;
}

/// The command line's grammar: what every command shares, and the commands as their files describe them.
class Grammar {
 public:
  explicit Grammar(const std::string& version) {
    app_.set_version_flag("--version", "gatehouse " + version, "Print the version and exit");
    app_.add_option(std::string{env_file_option}, env_file_,
                    "Settings file to read instead of .env in the working directory")
        ->type_name("FILE");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    app_.footer("Settings come from the environment and .env; see docs/configuration.md, or run `gatehouse doctor`.");
    Commands commands{app_, chosen_};
    add_all_commands(commands);
    app_.add_subcommand("help", "Print this help, or a command's: help migrate");
    app_.add_subcommand("version", "Print the version");
  }

  std::variant<CommandLine, CommandLineEnd> parse(int argc, const char* const* argv) {
    const auto words = with_options_for_words({argv + std::min(argc, 1), argv + argc});
    try {
      // CLI11 expects the words in reverse order.
      app_.parse(std::vector<std::string>{words.rbegin(), words.rend()});
    } catch (const CLI::ParseError& end) {
      std::ostringstream text;
      const bool is_answer = app_.exit(end, text, text) == 0;
      const auto departure = find_departure(app_, words);
      // If a group's command is missing, the group's help is an answer. For a word that is not a command there is none.
      const bool is_wrong = departure && (!is_answer || !departure->word.empty());
      if (is_wrong) return CommandLineEnd{exit_usage, describe(*departure)};
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
