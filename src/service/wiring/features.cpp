#include "service/wiring/features.hpp"

#include <utility>

namespace gatehouse::service {

Features::Features(database::Database& database, SharedParts& shared, ReplicaParts replicas)
    : capabilities(database, shared.settings, shared.capabilities, std::move(replicas)),
      auth_routes(capabilities.login, capabilities.identity, capabilities.session_ends, shared.settings.api,
                  shared.settings.limits.ipv6_prefix),
      forward_auth_routes(capabilities.identity, shared.settings.forward_auth),
      session_batch_routes(capabilities.identity, shared.settings.api.unknown_fields),
      refresh_routes(capabilities.refreshes, shared.settings.api.unknown_fields),
      user_routes(database, capabilities.accounts, capabilities.account_rules, capabilities.repetitions,
                  shared.capabilities.keys->cursor, shared.random, shared.settings.api),
      password_routes(shared.capabilities.password_rules, capabilities.password_reset, capabilities.password_change,
                      shared.settings.api, shared.settings.limits.ipv6_prefix),
      email_routes(capabilities.email_verification, capabilities.email_change, shared.settings.api,
                   shared.settings.limits.ipv6_prefix),
      account_routes(capabilities.accounts, capabilities.account_view, capabilities.password_check,
                     capabilities.password_reset, shared.settings.api.unknown_fields),
      session_routes(database, capabilities.sessions, capabilities.session_ends),
      audit_routes(database, shared.clock, shared.capabilities.keys->audit_cursor, shared.random),
      metrics_routes(shared.metrics),
      jwks_routes(shared.capabilities.ring->jwks, shared.lifecycle.schema_ready),
      revocation_routes({.database = database,
                         .feed = shared.revocation_feed,
                         .cursor = shared.capabilities.keys->revocation_cursor,
                         .token_ttl = shared.settings.tokens.ttl,
                         .clock = shared.clock,
                         .random = shared.random}),
      api_key_routes(database, capabilities.api_key_flow, capabilities.repetitions, shared.clock,
                     shared.settings.api.unknown_fields),
      service_routes({.database = database,
                      .health = shared.health,
                      .readiness = shared.readiness,
                      .pulse = shared.pulse,
                      .lifecycle = shared.lifecycle,
                      .clock = shared.clock,
                      .environment = shared.settings.application.environment,
                      .openapi = shared.openapi}),
      routes(api::Routes::bind(auth_routes,           //
                               forward_auth_routes,   //
                               session_batch_routes,  //
                               refresh_routes,        //
                               service_routes,        //
                               user_routes,           //
                               account_routes,        //
                               session_routes,        //
                               audit_routes,          //
                               metrics_routes,        //
                               jwks_routes,           //
                               revocation_routes,     //
                               email_routes,          //
                               password_routes,       //
                               api_key_routes,
                               shared.settings.api.loose_paths ? http::PathForm::loose : http::PathForm::exact)) {}

void Features::use(const KeySet& keys) {
  capabilities.use(keys);
  user_routes.use(keys.cursor);
  audit_routes.use(keys.audit_cursor);
  revocation_routes.use(keys.revocation_cursor);
}

void Features::use(const TokenRing& ring) {
  capabilities.use(ring);
  jwks_routes.use(ring.jwks);
}

}  // namespace gatehouse::service
