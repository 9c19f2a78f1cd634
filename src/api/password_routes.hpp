#pragma once

#include <array>

#include "api/route.hpp"
#include "http/body.hpp"
#include "passwords/password_rules.hpp"

namespace gatehouse::api {

/// `/user-auth/password-policy` and `/user-auth/check-password`: what forms need to tell people which passwords they
/// may have. One per io thread.
class PasswordRoutes {
 public:
  /// The rules outlive the routes.
  PasswordRoutes(const passwords::PasswordRules& rules, http::UnknownFields unknown_fields)
      : rules_(rules), unknown_fields_(unknown_fields) {}

  bool show_policy(const http::Request& request, http::Answer& answer);
  bool check(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<PasswordRoutes>{
          {http::Method::get, "/user-auth/password-policy", "getPasswordPolicy", Access::scope(Scope::auth)},
          &PasswordRoutes::show_policy},
      Route<PasswordRoutes>{{http::Method::post, "/user-auth/check-password", "checkPassword",
                             Access::scope(Scope::auth), limits::Policy::redemption},
                            &PasswordRoutes::check},
  };

 private:
  const passwords::PasswordRules& rules_;
  const http::UnknownFields unknown_fields_;
};

}  // namespace gatehouse::api
