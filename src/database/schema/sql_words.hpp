#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::database::schema {

/// One statement of a script as words: names and keywords in lower case, every other character except blanks as its own
/// word, a literal of any kind as `'`. Comments are left out.
using StatementWords = std::vector<std::string>;

/// The statements of a script in either dialect, without empty ones. Understands text in single and in dollar quotes,
/// names in double quotes, and triggers of SQLite, which contain statements themselves. Not for hostile input: text
/// that is not SQL yields some words or other.
[[nodiscard]] std::vector<StatementWords> split_script(std::string_view script);

/// A position among a statement's words.
class WordCursor {
 public:
  /// `words` outlives it.
  explicit WordCursor(const StatementWords& words) : words_(words) {}

  [[nodiscard]] bool at_end() const { return at_ == words_.size(); }
  /// The next word; empty at the end.
  [[nodiscard]] std::string_view peek() const { return at_end() ? std::string_view{} : words_[at_]; }
  /// Returns the next word and moves past it.
  std::string_view take();
  /// Moves past these words if they come next, such as `if not exists`; true if they did.
  bool skip(std::string_view phrase);
  /// Moves past the next such word, or to the end; true if there was one.
  bool skip_past(std::string_view word);
  /// Takes a name, without the schema before it.
  std::string take_name();

 private:
  const StatementWords& words_;
  std::size_t at_ = 0;
};

}  // namespace gatehouse::database::schema
