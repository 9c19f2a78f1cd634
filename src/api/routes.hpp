#pragma once

#include "api/account_routes.hpp"
#include "api/api_key_routes.hpp"
#include "api/audit_routes.hpp"
#include "api/auth_routes.hpp"
#include "api/email_routes.hpp"
#include "api/forward_auth_routes.hpp"
#include "api/jwks_routes.hpp"
#include "api/metrics_routes.hpp"
#include "api/password_routes.hpp"
#include "api/refresh_routes.hpp"
#include "api/revocation_routes.hpp"
#include "api/route_table.hpp"
#include "api/service_routes.hpp"
#include "api/session_batch_routes.hpp"
#include "api/session_routes.hpp"
#include "api/user_routes.hpp"

namespace gatehouse::api {

/// Every route of the API, in the order in which they are tried: the busiest resource first.
using Routes = RouteList<AuthRoutes,          //
                         ForwardAuthRoutes,   //
                         SessionBatchRoutes,  //
                         RefreshRoutes,       //
                         ServiceRoutes,       //
                         UserRoutes,          //
                         AccountRoutes,       //
                         SessionRoutes,       //
                         AuditRoutes,         //
                         MetricsRoutes,       //
                         JwksRoutes,          //
                         RevocationRoutes,    //
                         EmailRoutes,         //
                         PasswordRoutes,      //
                         ApiKeyRoutes>;

}  // namespace gatehouse::api
