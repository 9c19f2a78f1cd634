#include "service/wiring/capabilities.hpp"

namespace gatehouse::service {

SharedCapabilities::SharedCapabilities(const Settings& settings, const Clock& wall_clock, crypto::Random& randomness,
                                       const passwords::CostParameters& costs)
    : clock(wall_clock),
      random(randomness),
      keys(std::make_shared<const KeySet>(settings, random)),
      cache(settings.sessions.cache_bytes, boot_clock),
      hashing_pool(passwords::hashing_pool_options(settings.passwords)),
      passwords(hashing_pool, settings.passwords, random, costs),
      password_rules(settings.passwords),
      outbox(settings.mail, settings.sessions.secrets, clock, random) {}

Capabilities::Capabilities(database::Database& database, const Settings& settings, SharedCapabilities& shared)
    : sessions(database, shared.cache, shared.keys->sealer, shared.clock, shared.random, settings.sessions),
      password_check(database, shared.passwords, shared.tally, shared.keys->of_passwords(), shared.clock,
                     settings.lockout, settings.passwords.hash_wait_max),
      login(database, password_check, sessions, shared.keys->of_logins(), shared.clock, shared.random),
      session_ends(database, sessions, shared.clock),
      identity(sessions, shared.keys->verifier, shared.clock, shared.random),
      accounts(database, shared.passwords, shared.clock),
      account_view(database, password_check, shared.clock),
      account_rules(database, shared.password_rules) {}

void Capabilities::use(const KeySet& keys) {
  sessions.use(keys.sealer);
  password_check.use(keys.of_passwords());
  login.use(keys.of_logins());
  identity.use(keys.verifier);
}

}  // namespace gatehouse::service
