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
};

/// Why a .env file cannot be read. The message never repeats the file's text, which may be a secret.
struct DotenvError {
  std::size_t line = 0;  ///< counted from 1; 0 where the whole file is meant
  std::string message;
};

/// Reads the text of a .env file, as Node's dotenv and Docker write it.
///
/// A line is empty, a comment (`# …`), or `NAME=value` with an optional `export ` before it. A bare value ends at the
/// line's end or at a `#` after white space, and loses the white space around it. A value in single quotes is taken as
/// it stands; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are read and any other backslash stays. Quoted
/// values may span lines. Lines end in LF or CRLF. Names are letters, digits and `_`, not starting with a digit. NUL
/// bytes, more than dotenv_bytes_max bytes and more than dotenv_entries_max entries are refused. A name may come
/// twice; the caller decides which counts. Pure.
[[nodiscard]] std::expected<std::vector<DotenvEntry>, DotenvError> parse_dotenv(std::string_view text);

}  // namespace gatehouse::config
