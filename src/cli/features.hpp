#pragma once

#include "cli/shared_parts.hpp"
#include "database/database.hpp"
#include "flows/account_flow.hpp"
#include "flows/login_flow.hpp"
#include "http/router.hpp"
#include "routes/auth_routes.hpp"
#include "routes/service_routes.hpp"
#include "routes/session_routes.hpp"
#include "routes/user_routes.hpp"
#include "sessions/session_service.hpp"

namespace gatehouse::cli {

/// One io thread's features over its database: services, flows and the routes that lead to them.
struct Features {
  /// Both outlive the features.
  Features(database::Database& database, SharedParts& shared);
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  sessions::SessionService sessions;
  flows::LoginFlow login;
  flows::AccountFlow accounts;
  routes::AuthRoutes auth_routes;
  routes::UserRoutes user_routes;
  routes::SessionRoutes session_routes;
  routes::ServiceRoutes service_routes;
  http::Router router;
};

}  // namespace gatehouse::cli
