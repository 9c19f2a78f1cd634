#include "service/wiring/capabilities.hpp"

namespace gatehouse::service {

SharedCapabilities::SharedCapabilities(const Settings& settings, const Clock& wall_clock, crypto::Random& randomness,
                                       const passwords::CostParameters& costs)
    : clock(wall_clock),
      random(randomness),
      sealer(settings.sessions.secrets),
      cache(settings.sessions.cache_bytes),
      issuer(settings.tokens, random),
      verifier(settings.tokens),
      hashing_pool(passwords::hashing_pool_options(settings.passwords)),
      passwords(hashing_pool, settings.passwords, random, costs) {}

Capabilities::Capabilities(database::Database& database, const Settings& settings, SharedCapabilities& shared)
    : sessions(database, shared.cache, shared.sealer, shared.clock, shared.random, settings.sessions),
      login(database, shared.passwords, sessions, shared.issuer, shared.clock),
      identity(sessions, shared.verifier, shared.clock, shared.random),
      accounts(database, shared.passwords, shared.clock) {}

}  // namespace gatehouse::service
