#include "config/dotenv.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatehouse::config {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool is_name_character(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

/// Reads one file from front to back; every step consumes text or fails, so it ends.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  std::expected<std::vector<DotenvEntry>, DotenvError> parse() {
    while (!rest_.empty()) {
      skip_blanks();
      if (at_line_end() || rest_.front() == '#') {
        take_line();
        continue;
      }
      if (auto entry = parse_entry(); !entry) {
        return std::unexpected(std::move(entry.error()));
      } else {
        entries_.push_back(std::move(*entry));
      }
      if (entries_.size() > dotenv_entries_max) return failure("the file has too many entries");
    }
    return std::move(entries_);
  }

 private:
  std::unexpected<DotenvError> failure(std::string message) const {
    return std::unexpected(DotenvError{line_, std::move(message)});
  }

  bool at_line_end() const { return rest_.empty() || rest_.front() == '\n' || rest_.starts_with("\r\n"); }

  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  /// The rest of the line, without its end, which is consumed too.
  std::string_view take_line() {
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++line_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }

  std::string_view take_name() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name_character);
    const std::string_view name{rest_.begin(), end};
    rest_.remove_prefix(name.size());
    return name;
  }

  std::expected<DotenvEntry, DotenvError> parse_entry() {
    constexpr std::string_view export_word = "export";
    if (rest_.starts_with(export_word) && rest_.size() > export_word.size() && is_blank(rest_[export_word.size()])) {
      rest_.remove_prefix(export_word.size());
      skip_blanks();
    }
    const std::size_t line = line_;
    const std::string_view name = take_name();
    if (name.empty() || !is_letter(name.front())) return failure("a line must start with NAME= or #");
    skip_blanks();
    if (rest_.empty() || rest_.front() != '=') return failure("the name is not followed by =");
    rest_.remove_prefix(1);
    skip_blanks();
    auto value = parse_value();
    if (!value) return std::unexpected(std::move(value.error()));
    return DotenvEntry{std::string{name}, std::move(*value), line};
  }

  std::expected<std::string, DotenvError> parse_value() {
    if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) return parse_quoted();
    std::string_view value = take_line();
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value[i] == '#' && (i == 0 || is_blank(value[i - 1]))) value = value.substr(0, i);
    }
    return std::string{trim(value)};
  }

  std::expected<std::string, DotenvError> parse_quoted() {
    const char quote = rest_.front();
    rest_.remove_prefix(1);
    const std::size_t opened = line_;
    std::string value;
    while (!rest_.empty() && rest_.front() != quote) append_quoted_character(value, quote);
    if (rest_.empty()) {
      line_ = opened;
      return failure("a quote is never closed");
    }
    rest_.remove_prefix(1);
    skip_blanks();
    if (!at_line_end() && rest_.front() != '#') return failure("there is text after the closing quote");
    take_line();
    return value;
  }

  void append_quoted_character(std::string& value, char quote) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++line_;
    if (c == '\r' && rest_.starts_with('\n')) return;
    if (c != '\\' || quote == '\'' || rest_.empty()) {
      value += c;
      return;
    }
    constexpr std::string_view letters = "nrt\"\\$";
    constexpr std::string_view meanings = "\n\r\t\"\\$";
    const std::size_t which = letters.find(rest_.front());
    if (which == std::string_view::npos) {
      value += c;
      return;
    }
    value += meanings[which];
    rest_.remove_prefix(1);
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  std::vector<DotenvEntry> entries_;
};

}  // namespace

std::expected<std::vector<DotenvEntry>, DotenvError> parse_dotenv(std::string_view text) {
  if (text.size() > dotenv_bytes_max) return std::unexpected(DotenvError{0, "the file is larger than 64 KiB"});
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    const auto line =
        static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(nul), '\n'));
    return std::unexpected(DotenvError{line + 1, "the file contains a NUL byte"});
  }
  return Parser{text}.parse();
}

}  // namespace gatehouse::config
