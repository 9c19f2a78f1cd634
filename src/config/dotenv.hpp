#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::config {

inline constexpr std::size_t dotenv_bytes_max = 64 * 1024;
inline constexpr std::size_t dotenv_entries_max = 512;

/// One `NAME=value` of a .env file.
struct DotenvEntry {
  std::string name;
  std::string value;
  std::size_t line = 0;  ///< the line of the name, counted from 1
  /// Why Compose reads it differently, for people: `has a # without a space before it`. Static; empty if it does not.
  std::string_view disagreement = {};
};

/// What a .env file says.
struct Dotenv {
  static constexpr std::size_t strange_lines_max = 8;

  std::vector<DotenvEntry> entries;
  std::vector<std::size_t> strange_lines;  ///< the first lines that were skipped because they have no =
};

/// Why a .env file cannot be read. The message never repeats the file's text, which may be a secret.
struct DotenvError {
  std::size_t line = 0;  ///< counted from 1; 0 means the whole file
  std::string message;
};

/// Reads the text of a .env file as `node --env-file` does (src/node_dotenv.cc), because node read the file before.
///
/// A line is empty, a comment (`# …`), or `NAME=value` with an optional `export ` before it. A bare value ends at the
/// line's end or at a `#`; the white space around it is removed. A value in double quotes, single quotes or backticks
/// ends at the next such quote, may span lines, and is taken literally, except that `\n` in double quotes is a line
/// end; the rest of its line is skipped. A quote that is never closed is part of a bare value. Carriage returns are
/// dropped. Lines without `=` and names with characters other than letters, digits and `_` belong to other programs and
/// are skipped. Unlike with node, a value of nothing but blanks is empty, and a byte order mark is skipped.
///
/// NUL bytes, more than dotenv_bytes_max bytes and more than dotenv_entries_max entries are refused. A name may occur
/// twice; the caller decides which counts. Pure.
[[nodiscard]] std::expected<Dotenv, DotenvError> parse_dotenv(std::string_view text);

}  // namespace gatehouse::config
