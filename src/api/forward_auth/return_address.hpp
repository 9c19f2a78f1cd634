#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace gatehouse::api {

/// A host that users may be led back to, as FORWARD_AUTH_HOSTS names it.
struct ReturnHost {
  std::string name;                   ///< in lower case
  std::optional<std::uint16_t> port;  ///< nothing: the scheme's own

  friend bool operator==(const ReturnHost&, const ReturnHost&) = default;
};

/// Encoded, so that a field with it fits into the 4 KiB that nginx reads of an answer's header.
inline constexpr std::size_t return_bytes_max = 2'000;

/// Where a user wanted to go who has to log in first: an absolute URL, encoded as the value of a query's parameter (RFC
/// 3986 section 2.1). Nothing where the request does not say it clearly, or says another host than one of these:
/// whoever is led there must not end up with a stranger.
///
/// It is what the gateway says, by the first of these: `X-Forwarded-Proto`, `-Host` and `-Uri`, if there is a
/// `X-Forwarded-Host`; `X-Original-URL`; `X-Forwarded-Proto`, `Host` and `path`, where that is not empty, with the
/// query. Scheme and host come from here and not from the request. `path` is what a gateway has set behind the route's.
[[nodiscard]] std::optional<std::string> return_address(const http::Request& request, std::string_view path,
                                                        const std::vector<ReturnHost>& hosts);

/// Appends the text with all but RFC 3986's unreserved characters as `%20` and its like.
void append_percent_encoded(std::string& out, std::string_view text);

}  // namespace gatehouse::api
