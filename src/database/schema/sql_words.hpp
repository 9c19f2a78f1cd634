#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::database::schema {

/// One statement of a script as words: names and keywords in lower case, every other character but blanks alone, a
/// literal of any kind as `'`. Comments are no words.
using StatementWords = std::vector<std::string>;

/// The statements of a script in either dialect, those that have words. Knows text in single and in dollar quotes,
/// names in double quotes, and that a trigger of SQLite has statements of its own. Not for hostile input: what is not
/// SQL gives some words.
[[nodiscard]] std::vector<StatementWords> split_script(std::string_view script);

/// A position among a statement's words.
class WordCursor {
 public:
  /// `words` outlives it.
  explicit WordCursor(const StatementWords& words) : words_(words) {}

  [[nodiscard]] bool at_end() const { return at_ == words_.size(); }
  /// The next word; empty at the end.
  [[nodiscard]] std::string_view peek() const { return at_end() ? std::string_view{} : words_[at_]; }
  /// The next word, and goes on behind it.
  std::string_view take();
  /// True, and goes on behind them, where these words come next: `if not exists`.
  bool skip(std::string_view phrase);
  /// Goes on behind the next such word, or to the end; true where there was one.
  bool skip_past(std::string_view word);
  /// A name, without the schema before it.
  std::string take_name();

 private:
  const StatementWords& words_;
  std::size_t at_ = 0;
};

}  // namespace gatehouse::database::schema
