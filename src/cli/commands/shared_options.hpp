#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// `--json` of a command that prints for people otherwise.
void define_json(CLI::App& command, bool& as_json);

/// What an option holds; nothing where it is empty, so was not given.
[[nodiscard]] std::optional<std::string> given(const std::string& text);

}  // namespace gatehouse::cli
