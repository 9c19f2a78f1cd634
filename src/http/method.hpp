#pragma once

#include <boost/beast/http/verb.hpp>
#include <string_view>

namespace gatehouse::http {

/// The request methods (RFC 9110 section 9, RFC 5789 and others); `unknown` stands for one without a name in Beast. No
/// route is for it, so it gets a 405.
using Method = boost::beast::http::verb;

/// `GET` and its like; `OTHER` for an unknown one.
[[nodiscard]] inline std::string_view to_text(Method method) {
  if (method == Method::unknown) return "OTHER";
  return boost::beast::http::to_string(method);
}

}  // namespace gatehouse::http
