#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/scopes.hpp"
#include "http/answer.hpp"
#include "http/method.hpp"
#include "http/request.hpp"
#include "http/router.hpp"
#include "limits/limit_settings.hpp"
#include "runtime/task.hpp"

namespace gatehouse::api {

/// Who may call a route: anybody, or callers whose API key has every scope named. There is no default.
class Access {
 public:
  [[nodiscard]] static constexpr Access open() { return Access{{}}; }
  template <class... More>
  [[nodiscard]] static constexpr Access scope(Scope first, More... more) {
    return Access{{first, more...}};
  }

  [[nodiscard]] constexpr bool is_open() const { return scopes_ == Scopes{}; }
  [[nodiscard]] constexpr Scopes scopes() const { return scopes_; }

 private:
  explicit constexpr Access(Scopes scopes) : scopes_(scopes) {}

  Scopes scopes_;
};

/// What there is to know about a route before anybody calls it.
struct RouteInfo {
  http::Methods methods;
  std::string_view pattern;    ///< `/users/{id}`, see http::is_route_pattern()
  std::string_view operation;  ///< the operationId in api/openapi.yaml
  Access access;
  std::optional<limits::Policy> limit = std::nullopt;  ///< counts its calls in addition to the policies of all requests

  /// Gateways call it on behalf of their clients: method, header fields and body may be a client's. So no method is
  /// answered without the route, no field but the key speaks for the caller, and the body is thrown away.
  [[nodiscard]] constexpr bool is_relayed() const { return !methods.one(); }
};

/// A route of one resource: what it is, and which member functions answer it. Each resource keeps an array of these,
/// `routes`, so that there is no route without a handler; one without access or with a bad pattern does not compile.
template <class Resource>
struct Route {
  /// Answers a request; the request and the answer outlive the coroutine.
  using Handle = Task<> (Resource::*)(const http::Request&, http::Answer&);
  /// Answers a request without waiting for anything, or returns false and leaves it, untouched, to the Handle.
  using HandleNow = bool (Resource::*)(const http::Request&, http::Answer&);

  consteval Route(RouteInfo what, Handle later, HandleNow now = nullptr)
      : info(checked(what)), handle(later), handle_now(now) {}
  /// `now` always answers.
  consteval Route(RouteInfo what, HandleNow now) : info(checked(what)), handle(nullptr), handle_now(now) {}
  Route(RouteInfo what, std::nullptr_t) = delete;
  Route(RouteInfo what, std::nullptr_t, HandleNow now) = delete;

  RouteInfo info;
  Handle handle;
  HandleNow handle_now;

 private:
  static consteval RouteInfo checked(RouteInfo what) {
    if (!http::is_route_pattern(what.pattern)) throw "this is no pattern of a path";
    return what;
  }
};

}  // namespace gatehouse::api
