#include "service/wiring/features.hpp"

namespace gatehouse::service {

Features::Features(database::Database& database, SharedParts& shared)
    : sessions(database, shared.cache, shared.sealer, shared.clock, shared.random, shared.settings.sessions),
      login(database, shared.passwords, sessions, shared.issuer, shared.clock),
      identity(sessions, shared.verifier, shared.clock, shared.random),
      accounts(database, shared.passwords, shared.clock),
      auth_routes(login, identity, sessions, shared.settings.login_errors),
      user_routes(database, accounts, shared.cursor, shared.random),
      session_routes(database, sessions),
      service_routes(database, shared.clock, shared.settings.environment, shared.schema_ready, shared.openapi),
      routes(api::Routes::bind(auth_routes, service_routes, user_routes, session_routes)) {}

}  // namespace gatehouse::service
