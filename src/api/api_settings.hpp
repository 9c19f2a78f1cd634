#pragma once

#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "config/setting.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// Whether a failed login says why.
enum class LoginErrors {
  uniform,   ///< an unknown email and a wrong password look alike
  detailed,  ///< the two are told apart, as in the Express service
};

/// Who may call, and what callers are told.
struct ApiSettings {
  std::vector<SecretString> api_keys;  ///< API_KEY, all valid at once
  /// ALLOWED_ORIGINS, exact origins
  std::vector<std::string> allowed_origins{"http://localhost:3000", "http://127.0.0.1:3000"};
  bool api_keys_tell_client = true;                                ///< API_KEYS_TELL_CLIENT
  bool loose_paths = false;                                        ///< LOOSE_PATHS: /Users/ is /users
  bool ready_needs_feed = false;                                   ///< READY_NEEDS_FEED
  bool require_if_match = false;                                   ///< REQUIRE_IF_MATCH
  LoginErrors login_errors = LoginErrors::uniform;                 ///< LOGIN_ERRORS
  http::UnknownFields unknown_fields = http::UnknownFields::skip;  ///< UNKNOWN_FIELDS
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<ApiSettings> api_section();

/// A web origin (RFC 6454 section 6.2), `https://app.example.com` or `http://localhost:3000`: http or https, a host, an
/// optional port; a final slash is accepted. Returned as browsers send it: lower case, without the scheme's default
/// port.
[[nodiscard]] config::Parsed<std::string> parse_origin(std::string_view text);

}  // namespace gatehouse::api
