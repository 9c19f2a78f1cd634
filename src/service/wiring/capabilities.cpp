#include "service/wiring/capabilities.hpp"

namespace gatehouse::service {

SharedCapabilities::SharedCapabilities(const Settings& settings, const Clock& wall_clock, crypto::Random& randomness,
                                       const passwords::CostParameters& costs)
    : clock(wall_clock),
      random(randomness),
      keys(std::make_shared<const KeySet>(settings, random)),
      cache(settings.sessions.cache_bytes, boot_clock),
      hashing_pool(passwords::hashing_pool_options(settings.passwords)),
      passwords(hashing_pool, settings.passwords, random, costs) {}

Capabilities::Capabilities(database::Database& database, const Settings& settings, SharedCapabilities& shared)
    : sessions(database, shared.cache, shared.keys->sealer, shared.clock, shared.random, settings.sessions),
      login(database, shared.passwords, sessions, shared.keys->issuer, shared.clock),
      identity(sessions, shared.keys->verifier, shared.clock, shared.random),
      accounts(database, shared.passwords, shared.clock) {}

void Capabilities::use(const KeySet& keys) {
  sessions.use(keys.sealer);
  login.use(keys.issuer);
  identity.use(keys.verifier);
}

}  // namespace gatehouse::service
