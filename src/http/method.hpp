#pragma once

#include <boost/beast/http/verb.hpp>
#include <optional>
#include <string_view>

namespace gatehouse::http {

/// The request methods (RFC 9110 section 9, RFC 5789 and others); `unknown` stands for one without a name in Beast. No
/// route is for it alone, so most answer it with 405.
using Method = boost::beast::http::verb;

/// `GET` and its like; `OTHER` for an unknown one.
[[nodiscard]] inline std::string_view to_text(Method method) {
  if (method == Method::unknown) return "OTHER";
  return boost::beast::http::to_string(method);
}

/// What a route answers: one method, or any, also those without a name.
class Methods {
 public:
  constexpr Methods(Method one) : one_(one) {}  // NOLINT(google-explicit-constructor): most rows name one method
  [[nodiscard]] static constexpr Methods any() { return Methods{}; }

  [[nodiscard]] constexpr bool include(Method method) const { return !one_ || *one_ == method; }
  /// Nothing: any.
  [[nodiscard]] constexpr std::optional<Method> one() const { return one_; }

  friend constexpr auto operator<=>(const Methods&, const Methods&) = default;

 private:
  constexpr Methods() = default;

  std::optional<Method> one_;
};

/// `GET` and its like; `ANY`.
[[nodiscard]] inline std::string_view to_text(Methods methods) {
  return methods.one() ? to_text(*methods.one()) : std::string_view{"ANY"};
}

}  // namespace gatehouse::http
