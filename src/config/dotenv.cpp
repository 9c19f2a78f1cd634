#include "config/dotenv.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatehouse::config {
namespace {

constexpr std::string_view blanks = " \t\r";

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_character(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_name_character);
}

/// The name before the `=`, without `export`.
std::string_view name_in(std::string_view text) {
  constexpr std::string_view export_word = "export";
  std::string_view name = trim(text, blanks);
  const bool is_exported =
      name.starts_with(export_word) && name.size() > export_word.size() && blanks.contains(name[export_word.size()]);
  return is_exported ? trim(name.substr(export_word.size()), blanks) : name;
}

/// Whether Compose would interpolate a variable into the text.
bool has_variable(std::string_view text) {
  for (std::size_t i = text.find('$'); i < text.size(); i = text.find('$', i + 1)) {
    if (i + 1 < text.size() && (text[i + 1] == '{' || text[i + 1] == '$' || is_letter(text[i + 1]))) return true;
  }
  return false;
}

/// Whether there is a backslash other than that of `\n`.
bool has_other_escape(std::string_view text) {
  for (std::size_t i = text.find('\\'); i < text.size(); i = text.find('\\', i + 1)) {
    if (i + 1 == text.size() || text[i + 1] != 'n') return true;
  }
  return false;
}

std::string_view disagreement_in_quotes(char quote, std::string_view text) {
  if (quote == '`') return "is in backticks";
  if (quote == '\'') return {};
  if (has_other_escape(text)) return "has a backslash in double quotes";
  return has_variable(text) ? "has a $ before a name" : "";
}

/// `line` is the whole line, `value` the part of it before the first #.
std::string_view disagreement_of_bare(std::string_view value, std::string_view line) {
  if (!value.empty() && (value.front() == '"' || value.front() == '\'')) return "has a quote that is not closed";
  if (!value.empty() && value.size() < line.size() && !blanks.contains(value.back())) {
    return "has a # without a space before it";
  }
  return has_variable(value) ? "has a $ before a name" : "";
}

std::string without_carriage_returns(std::string_view text) {
  std::string kept{text};
  std::erase(kept, '\r');
  return kept;
}

std::string with_line_ends(std::string_view text) {
  constexpr std::string_view escape = "\\n";
  std::string read;
  for (std::size_t end = text.find(escape); end != std::string_view::npos; end = text.find(escape)) {
    read.append(text.substr(0, end)).push_back('\n');
    text.remove_prefix(end + escape.size());
  }
  return read.append(text);
}

/// Reads one file from front to back. Every step consumes at least one line, so it ends.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  std::expected<Dotenv, DotenvError> parse() {
    while (!rest_.empty()) {
      parse_line();
      if (read_.entries.size() > dotenv_entries_max) {
        return std::unexpected(DotenvError{line_, "the file has too many entries"});
      }
    }
    return std::move(read_);
  }

 private:
  void parse_line() {
    skip_blanks();
    const std::size_t line = line_;
    const std::size_t end = std::min(rest_.find_first_of("=\n"), rest_.size());
    const std::string_view before = trim(rest_.substr(0, end), blanks);
    if (before.empty() && (end == rest_.size() || rest_[end] == '\n')) return void(take_line());
    if (before.starts_with('#')) return void(take_line());
    if (end == rest_.size() || rest_[end] == '\n') {
      if (read_.strange_lines.size() < Dotenv::strange_lines_max) read_.strange_lines.push_back(line);
      return void(take_line());
    }
    const std::string_view name = name_in(before);
    rest_.remove_prefix(end + 1);
    DotenvEntry entry = parse_value();
    if (!is_name(name)) return;
    entry.name = name;
    entry.line = line;
    read_.entries.push_back(std::move(entry));
  }

  DotenvEntry parse_value() {
    skip_blanks();
    const bool is_quoted = !rest_.empty() && std::string_view{"\"'`"}.contains(rest_.front()) &&
                           rest_.find(rest_.front(), 1) != std::string_view::npos;
    return is_quoted ? parse_quoted() : parse_bare();
  }

  DotenvEntry parse_quoted() {
    const char quote = rest_.front();
    const std::string_view text = rest_.substr(1, rest_.find(quote, 1) - 1);
    rest_.remove_prefix(text.size() + 2);
    line_ += static_cast<std::size_t>(std::ranges::count(text, '\n'));
    take_line();
    std::string value = without_carriage_returns(text);
    if (quote == '"') value = with_line_ends(value);
    return {.name = {}, .value = std::move(value), .disagreement = disagreement_in_quotes(quote, text)};
  }

  DotenvEntry parse_bare() {
    const std::string_view line = take_line();
    const std::string_view value = line.substr(0, line.find('#'));
    return {.name = {},
            .value = without_carriage_returns(trim(value, blanks)),
            .disagreement = disagreement_of_bare(value, line)};
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

  /// The rest of the line, without its end, which is consumed too.
  std::string_view take_line() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    return line;
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  Dotenv read_;
};

}  // namespace

std::expected<Dotenv, DotenvError> parse_dotenv(std::string_view text) {
  if (text.size() > dotenv_bytes_max) return std::unexpected(DotenvError{0, "the file is larger than 64 KiB"});
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    const auto line =
        static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n'));
    return std::unexpected(DotenvError{line + 1, "the file contains a NUL byte"});
  }
  return Parser{text}.parse();
}

}  // namespace gatehouse::config
