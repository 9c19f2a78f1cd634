#pragma once

#include <chrono>

#include "config/setting.hpp"

namespace gatehouse::signing_keys {

/// How keys are published and replaced.
struct SigningKeySettings {
  std::chrono::seconds jwks_max_age{std::chrono::hours{1}};       ///< JWKS_MAX_AGE
  std::chrono::seconds rotation_interval{std::chrono::days{90}};  ///< SIGNING_KEY_ROTATE; zero: by hand
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<SigningKeySettings> signing_key_section();

}  // namespace gatehouse::signing_keys
