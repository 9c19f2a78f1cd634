#pragma once

#include <boost/beast/http/verb.hpp>
#include <optional>
#include <string_view>

namespace gatehouse::http {

/// The request methods (RFC 9110 section 9, RFC 5789 and others); `unknown` is any method that Beast has no name for.
/// No route is for it alone, so most paths answer it with 405.
using Method = boost::beast::http::verb;

/// The method's name, such as `GET`; `OTHER` for an unknown one.
[[nodiscard]] inline std::string_view to_text(Method method) {
  if (method == Method::unknown) return "OTHER";
  return boost::beast::http::to_string(method);
}

/// The methods a route answers: a single one, or any, including unknown ones.
class Methods {
 public:
  constexpr Methods(Method one) : one_(one) {}  // NOLINT(google-explicit-constructor): most rows name one method
  [[nodiscard]] static constexpr Methods any() { return Methods{}; }

  [[nodiscard]] constexpr bool include(Method method) const { return !one_ || *one_ == method; }
  /// nullopt: any.
  [[nodiscard]] constexpr std::optional<Method> one() const { return one_; }

  friend constexpr auto operator<=>(const Methods&, const Methods&) = default;

 private:
  constexpr Methods() = default;

  std::optional<Method> one_;
};

/// The method's name, such as `GET`, or `ANY`.
[[nodiscard]] inline std::string_view to_text(Methods methods) {
  return methods.one() ? to_text(*methods.one()) : std::string_view{"ANY"};
}

}  // namespace gatehouse::http
