#pragma once

#include <array>

#include "api/api_settings.hpp"
#include "api/route.hpp"
#include "flows/email_change/email_change_flow.hpp"
#include "flows/email_verification/email_verification_flow.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// Users' own email addresses: how they verify and change them. One per io thread.
class EmailRoutes {
 public:
  /// Everything but the settings outlives the routes.
  EmailRoutes(flows::EmailVerificationFlow& verifications, flows::EmailChangeFlow& changes, const ApiSettings& settings,
              unsigned v6_prefix)
      : verifications_(verifications),
        changes_(changes),
        login_errors_(settings.login_errors),
        unknown_fields_(settings.unknown_fields),
        v6_prefix_(v6_prefix) {}

  Task<> verify(const http::Request& request, http::Answer& answer);
  Task<> resend(const http::Request& request, http::Answer& answer);
  Task<> change(const http::Request& request, http::Answer& answer);
  Task<> confirm(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<EmailRoutes>{{http::Method::post, "/user-auth/verify-email", "verifyEmail", Access::scope(Scope::auth),
                          limits::Policy::redemption},
                         &EmailRoutes::verify},
      Route<EmailRoutes>{{http::Method::post, "/user-auth/resend-verification", "resendVerification",
                          Access::scope(Scope::auth), limits::Policy::mail_address},
                         &EmailRoutes::resend},
      Route<EmailRoutes>{{http::Method::post, "/user-auth/change-email", "changeEmail", Access::scope(Scope::auth),
                          limits::Policy::mail_address},
                         &EmailRoutes::change},
      Route<EmailRoutes>{{http::Method::post, "/user-auth/confirm-email", "confirmEmail", Access::scope(Scope::auth),
                          limits::Policy::redemption},
                         &EmailRoutes::confirm},
  };

 private:
  flows::EmailVerificationFlow& verifications_;
  flows::EmailChangeFlow& changes_;
  const LoginErrors login_errors_;
  const http::UnknownFields unknown_fields_;
  const unsigned v6_prefix_;  ///< IPv6 addresses that share this many leading bits count as one
};

}  // namespace gatehouse::api
