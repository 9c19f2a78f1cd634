#pragma once

#include <array>

#include "api/api_settings.hpp"
#include "api/route.hpp"
#include "flows/password_change/password_change_flow.hpp"
#include "flows/password_reset/password_reset_flow.hpp"
#include "http/body.hpp"
#include "passwords/password_rules.hpp"

namespace gatehouse::api {

/// Users' own passwords: which ones they may have, what to do about a forgotten one, and how to change it. One per io
/// thread.
class PasswordRoutes {
 public:
  /// Everything but the settings outlives the routes.
  PasswordRoutes(const passwords::PasswordRules& rules, flows::PasswordResetFlow& resets,
                 flows::PasswordChangeFlow& changes, const ApiSettings& settings, unsigned v6_prefix)
      : rules_(rules),
        resets_(resets),
        changes_(changes),
        login_errors_(settings.login_errors),
        unknown_fields_(settings.unknown_fields),
        v6_prefix_(v6_prefix) {}

  bool show_policy(const http::Request& request, http::Answer& answer);
  bool check(const http::Request& request, http::Answer& answer);
  Task<> forgot(const http::Request& request, http::Answer& answer);
  Task<> reset(const http::Request& request, http::Answer& answer);
  Task<> change(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<PasswordRoutes>{
          {http::Method::get, "/user-auth/password-policy", "getPasswordPolicy", Access::scope(Scope::auth)},
          &PasswordRoutes::show_policy},
      Route<PasswordRoutes>{{http::Method::post, "/user-auth/check-password", "checkPassword",
                             Access::scope(Scope::auth), limits::Policy::redemption},
                            &PasswordRoutes::check},
      Route<PasswordRoutes>{{http::Method::post, "/user-auth/forgot-password", "forgotPassword",
                             Access::scope(Scope::auth), limits::Policy::mail_address},
                            &PasswordRoutes::forgot},
      Route<PasswordRoutes>{{http::Method::post, "/user-auth/reset-password", "resetPassword",
                             Access::scope(Scope::auth), limits::Policy::redemption},
                            &PasswordRoutes::reset},
      Route<PasswordRoutes>{{http::Method::post, "/user-auth/change-password", "changePassword",
                             Access::scope(Scope::auth), limits::Policy::login},
                            &PasswordRoutes::change},
  };

 private:
  const passwords::PasswordRules& rules_;
  flows::PasswordResetFlow& resets_;
  flows::PasswordChangeFlow& changes_;
  const LoginErrors login_errors_;
  const http::UnknownFields unknown_fields_;
  const unsigned v6_prefix_;  ///< IPv6 addresses that share this many leading bits count as one
};

}  // namespace gatehouse::api
