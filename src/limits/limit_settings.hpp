#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/setting.hpp"
#include "limits/quota.hpp"

namespace gatehouse::limits {

/// What is counted, and for whom.
enum class Policy : std::uint8_t {
  address,       ///< every request from a client's address
  api_key,       ///< every request with one API key
  bad_key,       ///< requests from an address without a valid API key
  login,         ///< logins from a user's address; a successful one is given back
  registration,  ///< new users from a user's address
  mail_address,  ///< mails that a user's address asks for
  mail_account,  ///< mails to one user that somebody asks for
  redemption,    ///< tokens redeemed and passwords checked by a user's address
};
inline constexpr std::size_t policy_count = static_cast<std::size_t>(Policy::redemption) + 1;

/// Its name in `RateLimit` fields and metrics.
[[nodiscard]] std::string_view to_text(Policy policy);

/// How much each policy allows.
struct LimitSettings {
  std::array<std::optional<Quota>, policy_count> quotas{
      Quota{6000, std::chrono::minutes{1}, 1000},
      std::nullopt,
      Quota{60, std::chrono::minutes{1}, 20},
      Quota{60, std::chrono::minutes{5}, 20},
      Quota{30, std::chrono::hours{1}, 10},
      Quota{30, std::chrono::hours{1}, 10},
      Quota{5, std::chrono::hours{1}, 3},
      Quota{60, std::chrono::minutes{10}, 20}};  ///< RATE_LIMIT_…; nothing: off
  std::size_t entries_max = 500'000;             ///< RATE_LIMIT_ENTRIES_MAX, 24 bytes each
  unsigned ipv6_prefix = 64;                     ///< RATE_LIMIT_IPV6_PREFIX: addresses that share a prefix count as one

  [[nodiscard]] const std::optional<Quota>& of(Policy policy) const { return quotas[static_cast<std::size_t>(policy)]; }
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<LimitSettings> limit_section();

}  // namespace gatehouse::limits
