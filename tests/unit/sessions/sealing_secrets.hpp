#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"

namespace gatehouse::sessions {

inline constexpr std::string_view first_secret = "0123456789abcdef0123456789abcdef";
inline constexpr std::string_view second_secret = "fedcba9876543210fedcba9876543210";

/// The secrets of a sealer.
inline std::vector<SecretString> secrets(std::initializer_list<std::string_view> texts) {
  std::vector<SecretString> made;
  for (const auto text : texts) made.emplace_back(text);
  return made;
}

}  // namespace gatehouse::sessions
