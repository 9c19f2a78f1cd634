#pragma once

#include <boost/beast/core/string.hpp>
#include <optional>
#include <string_view>

namespace gatehouse::api {

/// The token of `Bearer …` (RFC 6750 section 2.1), the scheme in any case; "" if no token follows, nullopt for another
/// scheme.
[[nodiscard]] inline std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer";
  if (!boost::beast::iequals(authorization.substr(0, scheme.size()), scheme)) return std::nullopt;
  const std::string_view rest = authorization.substr(scheme.size());
  if (!rest.empty() && rest.front() != ' ' && rest.front() != '\t') return std::nullopt;
  return rest.substr(rest.empty() ? 0 : 1);
}

}  // namespace gatehouse::api
