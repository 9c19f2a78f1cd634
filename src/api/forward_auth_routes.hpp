#pragma once

#include <array>
#include <string>
#include <string_view>

#include "api/forward_auth/credential.hpp"
#include "api/forward_auth/forward_auth_settings.hpp"
#include "api/forward_auth/user_fields.hpp"
#include "api/route.hpp"
#include "flows/identity/identity_flow.hpp"

namespace gatehouse::api {

/// `/forward-auth`: whether a gateway may let its client pass, and who that is. The path after it is the client's, as
/// Envoy appends it. One per io thread.
class ForwardAuthRoutes {
 public:
  /// Everything outlives the routes.
  ForwardAuthRoutes(flows::IdentityFlow& identity, const ForwardAuthSettings& settings)
      : identity_(identity), settings_(settings), fields_(settings.headers) {}

  bool decide_now(const http::Request& request, http::Answer& answer);
  Task<> decide(const http::Request& request, http::Answer& answer);

  static constexpr std::string_view path = "/forward-auth";
  static constexpr std::array routes{
      Route<ForwardAuthRoutes>{
          {http::Methods::any(), "/forward-auth", "forwardAuth", Access::scope(Scope::forward_auth)},
          &ForwardAuthRoutes::decide,
          &ForwardAuthRoutes::decide_now},
      Route<ForwardAuthRoutes>{
          {http::Methods::any(), "/forward-auth/*", "forwardAuthOfPath", Access::scope(Scope::forward_auth)},
          &ForwardAuthRoutes::decide,
          &ForwardAuthRoutes::decide_now},
  };

 private:
  [[nodiscard]] sessions::CachedVerdict look_up(const Credential& credential);
  [[nodiscard]] Task<bool> find(Credential::Kind kind, std::string credential, sessions::SessionView& view);
  void let_pass(const sessions::SessionView& session, const http::Request& request, http::Answer& answer);
  void refuse(const http::Request& request, http::Answer& answer) const;
  [[nodiscard]] std::string login_url(const http::Request& request) const;

  flows::IdentityFlow& identity_;
  const ForwardAuthSettings& settings_;
  UserFields fields_;
  sessions::SessionView view_;  ///< sessions from the cache reuse its memory
};

}  // namespace gatehouse::api
