#pragma once

#include <cstdint>
#include <string_view>

#include "http/request.hpp"

namespace gatehouse::api {

/// The credential of a gateway's client: a view into the request.
struct Credential {
  /// What the text is.
  enum class Kind : std::uint8_t {
    none,
    token,    ///< of `Authorization: Bearer`
    session,  ///< of the cookie
  };

  Kind kind = Kind::none;
  std::string_view text;
};

/// The bearer token if the request has one, valid or not; otherwise the value of the cookie with this name. None also
/// if the application behind the gateway might see a different one: with several `Authorization` or `Cookie` fields, or
/// several cookies of that name. An `Authorization` of another scheme is left to the application.
[[nodiscard]] Credential read_credential(const http::Headers& headers, std::string_view cookie_name);

/// The value of the cookie with this name in a Cookie field (RFC 6265 section 4.2), without the quotes that it may
/// have. "" if there is none, or more than one. Names are case-sensitive.
[[nodiscard]] std::string_view find_cookie(std::string_view cookies, std::string_view name);

}  // namespace gatehouse::api
