#pragma once

#include <chrono>

#include "config/setting.hpp"

namespace gatehouse::passwords {

/// What new passwords are hashed with.
enum class PasswordScheme { argon2id, pbkdf2_sha512 };

/// How passwords are hashed, and how many at once.
struct PasswordSettings {
  PasswordScheme scheme = PasswordScheme::argon2id;  ///< PASSWORD_HASH
  unsigned hash_threads = 0;                         ///< HASH_THREADS; 0: one per core
  unsigned hash_nice = 5;                            ///< HASH_NICE, of the threads that hash
  std::chrono::milliseconds hash_wait_max{10'000};   ///< HASH_WAIT_MAX, predicted wait above which a login gets a 503
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<PasswordSettings> password_section();

}  // namespace gatehouse::passwords
