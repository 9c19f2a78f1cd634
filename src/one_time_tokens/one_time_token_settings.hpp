#pragma once

#include <chrono>

#include "config/setting.hpp"

namespace gatehouse::one_time_tokens {

/// How long tokens that were sent to users can be redeemed.
struct OneTimeTokenSettings {
  std::chrono::seconds reset_ttl{600};      ///< RESET_TOKEN_TTL
  std::chrono::seconds verify_ttl{86'400};  ///< VERIFY_TOKEN_TTL
  std::chrono::seconds email_ttl{3600};     ///< EMAIL_TOKEN_TTL
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<OneTimeTokenSettings> one_time_token_section();

}  // namespace gatehouse::one_time_tokens
