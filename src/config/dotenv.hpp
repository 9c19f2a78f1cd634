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
  std::size_t line = 0;  ///< counted from 1, where the name stands
  /// What of it Compose reads differently, for people: `has a # without a blank before it`. Static; empty: nothing.
  std::string_view disagreement = {};
};

/// What a .env file says.
struct Dotenv {
  static constexpr std::size_t strange_lines_max = 8;

  std::vector<DotenvEntry> entries;
  std::vector<std::size_t> strange_lines;  ///< the first of those that were skipped for having no =
};

/// Why a .env file cannot be read. The message never repeats the file's text, which may be a secret.
struct DotenvError {
  std::size_t line = 0;  ///< counted from 1; 0 where the whole file is meant
  std::string message;
};

/// Reads the text of a .env file as `node --env-file` does (src/node_dotenv.cc), since that is who read it before.
///
/// A line is empty, a comment (`# …`), or `NAME=value` with an optional `export ` before it. A bare value ends at the
/// line's end or at a `#`, and loses the white space around it. A value in double quotes, single quotes or backticks
/// ends at the next such quote, may span lines, and is taken as it stands, except that `\n` in double quotes is a line
/// end; what follows it on the line is skipped. A quote that is never closed is a part of a bare value. Carriage
/// returns are dropped. Lines without `=` and names of other characters than letters, digits and `_` are others' and
/// skipped. Unlike node, a value of nothing but blanks is empty, and a byte order mark is skipped.
///
/// NUL bytes, more than dotenv_bytes_max bytes and more than dotenv_entries_max entries are refused. A name may come
/// twice; the caller decides which counts. Pure.
[[nodiscard]] std::expected<Dotenv, DotenvError> parse_dotenv(std::string_view text);

}  // namespace gatehouse::config
