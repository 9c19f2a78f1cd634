#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "config/setting.hpp"

namespace gatehouse::passwords {

/// What new passwords are hashed with.
enum class PasswordScheme { argon2id, pbkdf2_sha512 };

/// How passwords are hashed, how many at once, and what new ones must be like.
struct PasswordSettings {
  PasswordScheme scheme = PasswordScheme::argon2id;  ///< PASSWORD_HASH
  unsigned hash_threads = 0;                         ///< HASH_THREADS; 0: one per core
  unsigned hash_nice = 5;                            ///< HASH_NICE, of the threads that hash
  std::chrono::milliseconds hash_wait_max{10'000};   ///< HASH_WAIT_MAX, predicted wait above which a login gets a 503
  unsigned length_min = 8;                           ///< PASSWORD_LENGTH_MIN, in code points
  unsigned classes_min = 0;                          ///< PASSWORD_CLASSES_MIN: of lower, upper, digits, others
  std::vector<std::string> context_words{};          ///< PASSWORD_CONTEXT_WORDS, UTF-8
  std::string breach_filter{};                       ///< PASSWORD_BREACH_FILTER, a path; empty: none
};

/// The minimum length that SP 800-63B-4 section 3.1.1.2 demands if the password is the only factor.
inline constexpr unsigned length_min_alone = 15;

/// The names, defaults and rules of these settings.
[[nodiscard]] config::Section<PasswordSettings> password_section();

}  // namespace gatehouse::passwords
