#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace gatehouse::cli {

/// `--json`, for a command that otherwise prints for people.
void define_json(CLI::App& command, bool& as_json);

/// The text of an option; std::nullopt if it is empty, which means it was not given.
[[nodiscard]] std::optional<std::string> given(const std::string& text);

}  // namespace gatehouse::cli
