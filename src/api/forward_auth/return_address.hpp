#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace gatehouse::api {

/// A host that users may be sent back to, as given in FORWARD_AUTH_HOSTS.
struct ReturnHost {
  std::string name;                   ///< in lower case
  std::optional<std::uint16_t> port;  ///< nullopt: the scheme's default

  friend bool operator==(const ReturnHost&, const ReturnHost&) = default;
};

/// Of the encoded address, so that a field with it fits into the 4 KiB that nginx reads of an answer's header.
inline constexpr std::size_t return_bytes_max = 2'000;

/// The address that a user who must log in first wanted to reach: an absolute URL, encoded as the value of a query
/// parameter (RFC 3986 section 2.1). nullopt if the request does not state it clearly, or names a host that is not one
/// of `hosts`: this must not become an open redirect.
///
/// The gateway states it in the first of these that the request has: `X-Forwarded-Proto`, `-Host` and `-Uri`, if there
/// is an `X-Forwarded-Host`; `X-Original-URL`; `X-Forwarded-Proto`, `Host` and `path`, if that is not empty, with the
/// query. Scheme and host are written as known here, not copied from the request. `path` is what a gateway has added
/// after the route's path.
[[nodiscard]] std::optional<std::string> return_address(const http::Request& request, std::string_view path,
                                                        const std::vector<ReturnHost>& hosts);

/// Appends the text, with all but RFC 3986's unreserved characters percent-encoded.
void append_percent_encoded(std::string& out, std::string_view text);

}  // namespace gatehouse::api
