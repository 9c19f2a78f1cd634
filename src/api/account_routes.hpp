#pragma once

#include <array>

#include "api/route.hpp"
#include "flows/account/account_flow.hpp"
#include "flows/account/account_view.hpp"
#include "flows/password_check/password_check.hpp"
#include "flows/password_reset/password_reset_flow.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// `/users/{id}/account`, the user's devices, and what an operator does to an account. One per io thread.
class AccountRoutes {
 public:
  /// Everything outlives the routes.
  AccountRoutes(flows::AccountFlow& accounts, flows::AccountView& view, flows::PasswordCheck& passwords,
                flows::PasswordResetFlow& resets, http::UnknownFields unknown_fields)
      : accounts_(accounts), view_(view), passwords_(passwords), resets_(resets), unknown_fields_(unknown_fields) {}

  Task<> show(const http::Request& request, http::Answer& answer);
  Task<> disable(const http::Request& request, http::Answer& answer);
  Task<> enable(const http::Request& request, http::Answer& answer);
  Task<> unlock(const http::Request& request, http::Answer& answer);
  Task<> require_password_change(const http::Request& request, http::Answer& answer);
  Task<> send_reset(const http::Request& request, http::Answer& answer);
  Task<> list_devices(const http::Request& request, http::Answer& answer);
  Task<> forget_devices(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<AccountRoutes>{{http::Method::get, "/users/{id}/account", "getAccount", Access::scope(Scope::users_read)},
                           &AccountRoutes::show},
      Route<AccountRoutes>{
          {http::Method::post, "/users/{id}/disable", "disableUser", Access::scope(Scope::users_write)},
          &AccountRoutes::disable},
      Route<AccountRoutes>{{http::Method::post, "/users/{id}/enable", "enableUser", Access::scope(Scope::users_write)},
                           &AccountRoutes::enable},
      Route<AccountRoutes>{{http::Method::post, "/users/{id}/unlock", "unlockUser", Access::scope(Scope::users_write)},
                           &AccountRoutes::unlock},
      Route<AccountRoutes>{{http::Method::post, "/users/{id}/require-password-change", "requirePasswordChange",
                            Access::scope(Scope::users_write)},
                           &AccountRoutes::require_password_change},
      Route<AccountRoutes>{
          {http::Method::post, "/users/{id}/send-reset", "sendReset", Access::scope(Scope::users_write)},
          &AccountRoutes::send_reset},
      Route<AccountRoutes>{{http::Method::get, "/users/{id}/devices", "listDevices", Access::scope(Scope::users_read)},
                           &AccountRoutes::list_devices},
      Route<AccountRoutes>{
          {http::Method::delete_, "/users/{id}/devices", "forgetDevices", Access::scope(Scope::users_write)},
          &AccountRoutes::forget_devices},
  };

 private:
  flows::AccountFlow& accounts_;
  flows::AccountView& view_;
  flows::PasswordCheck& passwords_;
  flows::PasswordResetFlow& resets_;
  const http::UnknownFields unknown_fields_;
};

}  // namespace gatehouse::api
