#pragma once

#include "api/routes.hpp"
#include "database/database.hpp"
#include "flows/account/account_flow.hpp"
#include "flows/identity/identity_flow.hpp"
#include "flows/login/login_flow.hpp"
#include "service/wiring/shared_parts.hpp"
#include "sessions/session_service.hpp"

namespace gatehouse::service {

/// One io thread's features over its database: services, flows and the routes that lead to them.
struct Features {
  /// Both outlive the features.
  Features(database::Database& database, SharedParts& shared);
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  sessions::SessionService sessions;
  flows::LoginFlow login;
  flows::IdentityFlow identity;
  flows::AccountFlow accounts;
  api::AuthRoutes auth_routes;
  api::UserRoutes user_routes;
  api::SessionRoutes session_routes;
  api::ServiceRoutes service_routes;
  const api::RouteTable routes;
};

}  // namespace gatehouse::service
