#include "database/schema/sql_words.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatehouse::database::schema {
namespace {

bool is_word_character(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

/// Reads a script from its beginning to its end.
class Scanner {
 public:
  explicit Scanner(std::string_view script) : rest_(script) {}

  /// The next word; empty at the end of the script.
  std::string next() {
    skip_blanks_and_comments();
    if (rest_.empty()) return {};
    if (rest_.front() == '"') return quoted_name();
    if (rest_.front() == '\'') return literal(text_length(false));
    if (rest_.front() == '$' && dollar_quote_length() > 0) return literal(dollar_quote_length());
    if (!is_word_character(rest_.front())) return take(1);
    const auto end = std::ranges::find_if_not(rest_, is_word_character);
    std::string word = to_lower(take(static_cast<std::size_t>(end - rest_.begin())));
    // PostgreSQL's E'…', in which a backslash escapes the next character.
    if (word == "e" && rest_.starts_with('\'')) return literal(text_length(true));
    return word;
  }

 private:
  std::string take(std::size_t length) {
    std::string taken{rest_.substr(0, length)};
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string literal(std::size_t length) {
    take(length);
    return "'";
  }

  std::string quoted_name() {
    const auto end = rest_.find('"', 1);
    std::string name = take(end == std::string_view::npos ? end : end + 1);
    std::erase(name, '"');
    return name;
  }

  void skip_blanks_and_comments() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(ascii_whitespace), rest_.size()));
      if (rest_.starts_with("--")) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const auto end = rest_.find("*/", 2);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
      } else {
        return;
      }
    }
  }

  /// The length of the text in single quotes that begins here. A doubled quote begins another text, with the same
  /// result.
  [[nodiscard]] std::size_t text_length(bool has_escapes) const {
    std::size_t at = 1;
    while (at < rest_.size() && rest_[at] != '\'') at += has_escapes && rest_[at] == '\\' ? 2 : 1;
    return std::min(at + 1, rest_.size());
  }

  /// The length of the text in $tag$ … $tag$ that begins here; 0 if none does, as with `$1`.
  [[nodiscard]] std::size_t dollar_quote_length() const {
    const auto tag_end = rest_.find('$', 1);
    if (tag_end == std::string_view::npos) return 0;
    const std::string_view quote = rest_.substr(0, tag_end + 1);
    if (!std::ranges::all_of(quote.substr(1, tag_end - 1), is_word_character)) return 0;
    const auto end = rest_.find(quote, quote.size());
    return end == std::string_view::npos ? rest_.size() : end + quote.size();
  }

  std::string_view rest_;
};

/// Whether a semicolon after these words is part of a trigger's body.
bool is_inside_trigger(const StatementWords& words) {
  const bool is_trigger = words.size() > 2 && words[0] == "create" && (words[1] == "trigger" || words[2] == "trigger");
  if (!is_trigger || std::ranges::find(words, "begin") == words.end()) return false;
  return !(words.back() == "end" && words[words.size() - 2] == ";");
}

}  // namespace

std::vector<StatementWords> split_script(std::string_view script) {
  std::vector<StatementWords> statements;
  StatementWords words;
  Scanner scanner{script};
  for (std::string word = scanner.next(); !word.empty(); word = scanner.next()) {
    if (word != ";" || is_inside_trigger(words)) {
      words.push_back(std::move(word));
    } else if (!words.empty()) {
      statements.push_back(std::exchange(words, {}));
    }
  }
  if (!words.empty()) statements.push_back(std::move(words));
  return statements;
}

std::string_view WordCursor::take() {
  const std::string_view word = peek();
  if (!at_end()) ++at_;
  return word;
}

bool WordCursor::skip(std::string_view phrase) {
  std::size_t at = at_;
  while (!phrase.empty()) {
    const std::string_view word = phrase.substr(0, phrase.find(' '));
    if (at == words_.size() || words_[at] != word) return false;
    ++at;
    phrase.remove_prefix(std::min(word.size() + 1, phrase.size()));
  }
  at_ = at;
  return true;
}

bool WordCursor::skip_past(std::string_view word) {
  while (!at_end()) {
    if (take() == word) return true;
  }
  return false;
}

std::string WordCursor::take_name() {
  std::string name{take()};
  while (skip(".")) name = take();
  return name;
}

}  // namespace gatehouse::database::schema
