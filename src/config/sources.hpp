#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::config {

/// What a process was given: its environment and, if there is one, the text of its .env file.
struct Sources {
  std::map<std::string, std::string, std::less<>> environment;
  std::optional<std::string> dotenv;
  std::string dotenv_name = ".env";  ///< the file's path, for people
  bool is_dotenv_public = false;     ///< is_public_file() of it
  /// The text of the file in which `./dev serve` keeps the secrets it made. They count only if no others are given, and
  /// never in production.
  std::optional<std::string> development_secrets = std::nullopt;
};

/// Where that file is, below the working directory.
inline constexpr std::string_view development_secrets_path = "data/dev.env";

/// Copies `NAME=value` pairs from an array such as that of environ(7), which ends with a null pointer.
[[nodiscard]] std::map<std::string, std::string, std::less<>> read_environment(const char* const* variables);

/// Whether every user of the machine may read the file. False for a file below /run/secrets, which Docker mounts for
/// one container alone, and for a file that does not exist. Blocks.
[[nodiscard]] bool is_public_file(const std::string& path);

/// A text file's content, or std::nullopt if it cannot be read. At most `bytes_max` + 1 bytes are read, so that the
/// caller can recognise a file that is too large. Blocks.
[[nodiscard]] std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max);

}  // namespace gatehouse::config
