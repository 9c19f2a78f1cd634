#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "base/secret_string.hpp"
#include "config/setting.hpp"

namespace gatehouse::sessions {

/// How sessions are sealed, how long they live and how much memory they may take.
struct SessionSettings {
  std::vector<SecretString> secrets;                         ///< SESSION_SECRET; the first one seals, all of them open
  std::chrono::seconds ttl{std::chrono::days{7}};            ///< SESSION_TTL, without activity
  std::chrono::seconds absolute_ttl{std::chrono::days{30}};  ///< SESSION_ABSOLUTE_TTL
  std::size_t cache_bytes = 64u << 20;                       ///< SESSION_CACHE_MB; 0 switches the cache off
  std::chrono::seconds cleanup_interval{60};                 ///< SESSION_CLEANUP_INTERVAL
  std::chrono::seconds refresh_grace{30};                    ///< REFRESH_GRACE; 0: none
};

/// The names, defaults and rules of these settings.
[[nodiscard]] config::Section<SessionSettings> session_section();

}  // namespace gatehouse::sessions
