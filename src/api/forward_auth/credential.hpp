#pragma once

#include <cstdint>
#include <string_view>

#include "http/request.hpp"

namespace gatehouse::api {

/// By what a gateway's client says who it is: a view into the request.
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

/// The bearer token where the request has one, good or not; else the value of the cookie with this name. None also
/// where the application behind the gateway might see another one than this: of several fields `Authorization` or
/// `Cookie`, and of several cookies of that name. An `Authorization` of another scheme is the application's own.
[[nodiscard]] Credential read_credential(const http::Headers& headers, std::string_view cookie_name);

/// Of a Cookie field (RFC 6265 section 4.2) the value of the cookie with this name, without the quotes that it may
/// have.
/// "" where there is none, or more than one. Names are compared with their case.
[[nodiscard]] std::string_view find_cookie(std::string_view cookies, std::string_view name);

}  // namespace gatehouse::api
