#include "cli/commands/shared_options.hpp"

#include <CLI/App.hpp>

namespace gatehouse::cli {

void define_json(CLI::App& command, bool& as_json) { command.add_flag("--json", as_json, "Print JSON"); }

std::optional<std::string> given(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace gatehouse::cli
