#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::passwords {

/// Whose password it is to be; whatever is not known is empty.
struct Person {
  std::string_view first_name;
  std::string_view last_name;
  std::string_view email;
};

/// Words that say something to people rather than to dictionaries: where a password is little else, who knows the
/// person guesses it. Pure; any thread.
///
/// The words in NFKC_Casefold: both names, the address, the part before its @, and each label of its domain but the
/// last. Then those of `more`, which are folded already. Words of fewer than four characters are left out.
[[nodiscard]] std::vector<std::string> personal_words(const Person& person, std::span<const std::string> more);

/// Whether the password, in NFKC_Casefold, is one of the words, has one with up to four characters more, or consists of
/// one to a half or more.
[[nodiscard]] bool is_personal(std::string_view folded_password, std::span<const std::string> words);

}  // namespace gatehouse::passwords
