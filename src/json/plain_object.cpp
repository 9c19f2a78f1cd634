#include <algorithm>

#include "json/reader.hpp"
#include "json/string.hpp"

namespace gatehouse::json {
namespace {

/// This many digits always fit into a signed 64-bit integer.
constexpr std::size_t digits_max = 18;

constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes one token after another off the front of a text. Each function returns false if something else is there.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : rest_(text) {}

  bool take(char token) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != token) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool take_text(std::string_view& text) {
    if (!take('"')) return false;
    const std::size_t length = plain_length(rest_);
    if (length == rest_.size() || rest_[length] != '"') return false;
    text = rest_.substr(0, length);
    rest_.remove_prefix(length + 1);
    return true;
  }

  bool take_value(Scalar& value) {
    skip_blanks();
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case '"':
        return take_text(value.emplace<std::string_view>());
      case 't':
        value = true;
        return take_word("true");
      case 'f':
        value = false;
        return take_word("false");
      case 'n':
        value = Null{};
        return take_word("null");
      default:
        return take_number(value.emplace<std::int64_t>());
    }
  }

  bool is_at_end() {
    skip_blanks();
    return rest_.empty();
  }

 private:
  void skip_blanks() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  }

  bool take_word(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  bool take_number(std::int64_t& number) {
    number = 0;
    std::size_t length = 0;
    while (length < rest_.size() && is_digit(rest_[length])) {
      if (length == digits_max) return false;
      number = number * 10 + (rest_[length++] - '0');
    }
    if (length == 0 || (length > 1 && rest_.front() == '0')) return false;
    rest_.remove_prefix(length);
    return true;
  }

  std::string_view rest_;
};

}  // namespace

bool PlainObject::read(std::string_view text, const Limits& limits) {
  Tokens tokens{text};
  if (!tokens.take('{')) return false;
  if (tokens.take('}')) return tokens.is_at_end();
  do {
    if (members_.size() == std::min(members_max, limits.members_max)) return false;
    Member& member = members_.emplace_back();
    if (!tokens.take_text(member.name) || !tokens.take(':') || !tokens.take_value(member.value)) return false;
    const auto* value = std::get_if<std::string_view>(&member.value);
    if (member.name.size() > limits.name_bytes_max || (value != nullptr && value->size() > limits.text_bytes_max)) {
      return false;
    }
  } while (tokens.take(','));
  return tokens.take('}') && tokens.is_at_end();
}

}  // namespace gatehouse::json
