#include "passwords/personal_words.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace gatehouse::passwords {
namespace {

constexpr std::size_t word_characters_min = 4;
constexpr std::size_t more_characters_max = 4;
// Ordering combining characters takes quadratic time. No password is mostly a longer word.
constexpr std::size_t personal_word_bytes_max = 1024;

void add(std::vector<std::string>& words, std::string_view word) {
  const std::string_view trimmed = trim(word);
  if (trimmed.size() > personal_word_bytes_max) return;
  std::string folded = to_nfkc_casefold(trimmed);
  if (count_code_points(folded) >= word_characters_min) words.push_back(std::move(folded));
}

void add_parts_of(std::vector<std::string>& words, std::string_view email) {
  add(words, email);
  const std::size_t at = email.rfind('@');
  if (at == std::string_view::npos) return;
  add(words, email.substr(0, at));
  std::string_view domain = email.substr(at + 1);
  for (std::size_t dot = domain.find('.'); dot != std::string_view::npos; dot = domain.find('.')) {
    add(words, domain.substr(0, dot));
    domain.remove_prefix(dot + 1);
  }
}

bool is_mostly(std::string_view password, std::string_view word) {
  if (!password.contains(word)) return false;
  const std::size_t characters = count_code_points(password);
  const std::size_t of_word = count_code_points(word);
  return characters - of_word <= more_characters_max || 2 * of_word >= characters;
}

}  // namespace

std::vector<std::string> personal_words(const Person& person, std::span<const std::string> more) {
  std::vector<std::string> words;
  add(words, person.first_name);
  add(words, person.last_name);
  add_parts_of(words, person.email);
  std::ranges::copy_if(more, std::back_inserter(words),
                       [](const std::string& word) { return count_code_points(word) >= word_characters_min; });
  return words;
}

bool is_personal(std::string_view folded_password, std::span<const std::string> words) {
  return std::ranges::any_of(words, [&](const std::string& word) { return is_mostly(folded_password, word); });
}

}  // namespace gatehouse::passwords
