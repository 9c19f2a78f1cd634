#pragma once

#include <chrono>

#include "config/setting.hpp"

namespace gatehouse::one_time_tokens {

/// How long what was sent to a user can be sent back.
struct OneTimeTokenSettings {
  std::chrono::seconds reset_ttl{600};      ///< RESET_TOKEN_TTL
  std::chrono::seconds verify_ttl{86'400};  ///< VERIFY_TOKEN_TTL
  std::chrono::seconds email_ttl{3600};     ///< EMAIL_TOKEN_TTL
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<OneTimeTokenSettings> one_time_token_section();

}  // namespace gatehouse::one_time_tokens
