#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace gatehouse::config {

/// What a process was given: its environment and, where there is one, the text of its .env file.
struct Sources {
  std::map<std::string, std::string, std::less<>> environment;
  std::optional<std::string> dotenv;
  std::string dotenv_name = ".env";  ///< the file's path, for people
};

/// Copies `NAME=value` pairs as main() and environ(7) have them; the array ends with a null pointer.
[[nodiscard]] std::map<std::string, std::string, std::less<>> read_environment(const char* const* variables);

/// A text file's content, or nothing where it cannot be read. At most `bytes_max` + 1 bytes are read, so that the
/// caller can tell a file that is too large. Blocks.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

}  // namespace gatehouse::config
