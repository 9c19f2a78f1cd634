#pragma once

#include <array>

#include "api/route.hpp"
#include "flows/account/account_flow.hpp"
#include "flows/account/account_view.hpp"
#include "flows/password_check/password_check.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

/// `/users/{id}/account` and what an operator does to an account: disable, enable, unlock. One per io thread.
class AccountRoutes {
 public:
  /// Everything outlives the routes.
  AccountRoutes(flows::AccountFlow& accounts, flows::AccountView& view, flows::PasswordCheck& passwords,
                http::UnknownFields unknown_fields)
      : accounts_(accounts), view_(view), passwords_(passwords), unknown_fields_(unknown_fields) {}

  Task<> show(const http::Request& request, http::Answer& answer);
  Task<> disable(const http::Request& request, http::Answer& answer);
  Task<> enable(const http::Request& request, http::Answer& answer);
  Task<> unlock(const http::Request& request, http::Answer& answer);

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
  };

 private:
  flows::AccountFlow& accounts_;
  flows::AccountView& view_;
  flows::PasswordCheck& passwords_;
  const http::UnknownFields unknown_fields_;
};

}  // namespace gatehouse::api
