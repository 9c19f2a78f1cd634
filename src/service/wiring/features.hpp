#pragma once

#include "api/routes.hpp"
#include "database/database.hpp"
#include "service/wiring/capabilities.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::service {

/// One io thread's capabilities over its database, and the routes that lead to them.
struct Features {
  /// Both outlive the features.
  Features(database::Database& database, SharedParts& shared, ReplicaParts replicas = {});
  Features(const Features&) = delete;
  Features& operator=(const Features&) = delete;

  /// Switches to other keys, which outlive it or its next switch to such keys.
  void use(const KeySet& keys);
  void use(const TokenRing& ring);

  Capabilities capabilities;
  api::AuthRoutes auth_routes;
  api::ForwardAuthRoutes forward_auth_routes;
  api::SessionBatchRoutes session_batch_routes;
  api::RefreshRoutes refresh_routes;
  api::UserRoutes user_routes;
  api::PasswordRoutes password_routes;
  api::EmailRoutes email_routes;
  api::AccountRoutes account_routes;
  api::SessionRoutes session_routes;
  api::AuditRoutes audit_routes;
  api::MetricsRoutes metrics_routes;
  api::JwksRoutes jwks_routes;
  api::RevocationRoutes revocation_routes;
  api::ApiKeyRoutes api_key_routes;
  api::ServiceRoutes service_routes;
  const api::RouteTable routes;
};

}  // namespace gatehouse::service
