#include "cli/commands/settings.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <ostream>

#include "config/documents.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

struct SettingsOptions {
  bool as_markdown = false;
  bool as_dotenv = false;
};

void define_settings(CLI::App& command, SettingsOptions& options) {
  auto* markdown = command.add_flag("--markdown", options.as_markdown, "Print the tables of docs/configuration.md");
  command.add_flag("--env", options.as_dotenv, "Print .env.example")->excludes(markdown);
}

std::string text_of(const config::Catalog& catalog, const SettingsOptions& options) {
  if (options.as_markdown) return config::markdown_of(catalog);
  if (options.as_dotenv) return config::dotenv_example_of(catalog);
  return config::list_of(catalog);
}

int list_settings(const Program& program, const SettingsOptions& options) {
  program.out << text_of(service::catalog(), options);
  return exit_success;
}

}  // namespace

void add_settings_command(Commands& commands) {
  commands.add("settings", "List every setting, with its default", define_settings, list_settings);
}

}  // namespace gatehouse::cli
