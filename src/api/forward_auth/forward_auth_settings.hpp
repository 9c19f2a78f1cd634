#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/forward_auth/return_address.hpp"
#include "config/setting.hpp"

namespace gatehouse::api {

/// The names of the header fields that tell gateways who the user is.
enum class UserHeaders : std::uint8_t {
  x_user,  ///< X-User-Id and the like
  remote,  ///< Remote-User and the like, which applications behind Authelia read
  both,
};

/// How gateways ask about their clients.
struct ForwardAuthSettings {
  std::string session_cookie = "session";     ///< SESSION_COOKIE
  bool without_key = false;                   ///< FORWARD_AUTH_WITHOUT_KEY, from TRUSTED_PROXIES
  UserHeaders headers = UserHeaders::x_user;  ///< FORWARD_AUTH_HEADERS
  std::string login_url;                      ///< FORWARD_AUTH_LOGIN_URL; empty: users are not sent to a login page
  std::vector<ReturnHost> hosts;              ///< FORWARD_AUTH_HOSTS
};

inline constexpr std::size_t login_url_bytes_max = 1'000;

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<ForwardAuthSettings> forward_auth_section();

/// A host with or without a port: `app.example.com`, `app.example.com:8443`.
[[nodiscard]] config::Parsed<ReturnHost> parse_return_host(std::string_view text);

/// An http or https URL in printable ASCII, without a fragment, of at most login_url_bytes_max.
[[nodiscard]] config::Parsed<std::string> parse_login_url(std::string_view text);

}  // namespace gatehouse::api
