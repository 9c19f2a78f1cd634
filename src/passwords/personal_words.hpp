#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::passwords {

/// The person whose password it will be; what is not known is empty.
struct Person {
  std::string_view first_name;
  std::string_view last_name;
  std::string_view email;
};

/// Words that mean something to people rather than to dictionaries: if a password is little more than one of them,
/// anyone who knows the person can guess it. Pure; any thread.
///
/// The words are in NFKC_Casefold: both names, the address, the part before its @, and each label of its domain but the
/// last. Then those of `more`, which are folded already. Words of fewer than four characters are left out.
[[nodiscard]] std::vector<std::string> personal_words(const Person& person, std::span<const std::string> more);

/// Whether the password, in NFKC_Casefold, is one of the words, is one with up to four more characters, or consists of
/// one by half or more.
[[nodiscard]] bool is_personal(std::string_view folded_password, std::span<const std::string> words);

}  // namespace gatehouse::passwords
