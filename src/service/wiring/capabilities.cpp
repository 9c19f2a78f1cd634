#include "service/wiring/capabilities.hpp"

#include <chrono>
#include <utility>

#include "mail/transport_choice.hpp"
#include "runtime/coarse_clock.hpp"

namespace gatehouse::service {
namespace {

flows::Letters::Parts letter_parts(database::Database& database, const Settings& settings, SharedCapabilities& shared,
                                   flows::MailBudget::Shared limits) {
  return {.database = database,
          .outbox = shared.outbox,
          .budget = shared.mail_budget,
          .lifetimes = settings.one_time_tokens,
          .sends_notices = mail::has_transport(settings.mail, settings.application.environment),
          .verifies_new_users = settings.mail.server.is_set(),
          .clock = shared.clock,
          .random = shared.random,
          .shared_limits = std::move(limits)};
}

}  // namespace

limits::Instant coarse_instant() {
  return std::chrono::floor<limits::Instant>(runtime::coarse_now().time_since_epoch());
}

SharedCapabilities::SharedCapabilities(const Settings& settings, const Clock& wall_clock, crypto::Random& randomness,
                                       const passwords::CostParameters& costs)
    : clock(wall_clock),
      database_clock(wall_clock),
      random(randomness),
      keys(std::make_shared<const KeySet>(settings)),
      ring(std::make_shared<const TokenRing>(settings, signing_keys::KeyRing{}, random)),
      cache(settings.sessions.cache_bytes, boot_clock),
      epoch(boot_clock, random),
      key_cache(boot_clock),
      key_reading(settings.database.query_timeout),
      hashing_pool(passwords::hashing_pool_options(settings.passwords)),
      passwords(hashing_pool, settings.passwords, random, costs),
      password_rules(settings.passwords),
      key_sealer(std::make_shared<const signing_keys::PrivateKeySealer>(settings.sessions.secrets)),
      outbox(std::make_shared<const mail::Stationery>(settings.mail, settings.sessions.secrets), database_clock,
             random),
      limits(settings.limits, random),
      mail_budget(limits, coarse_instant) {}

Capabilities::Capabilities(database::Database& database, const Settings& settings, SharedCapabilities& shared,
                           ReplicaParts replicas)
    : sessions(database, shared.cache, shared.keys->sealer, shared.clock, shared.random, settings.sessions,
               replicas.sessions),
      letters(letter_parts(database, settings, shared, std::move(replicas.limits))),
      password_check({.database = database,
                      .passwords = shared.passwords,
                      .tally = shared.tally,
                      .counts = shared.flow_counts,
                      .letters = letters,
                      .clock = shared.database_clock,
                      .settings = settings.lockout,
                      .wait_max = settings.passwords.hash_wait_max},
                     shared.keys->of_passwords()),
      reauthentication(database, sessions, password_check),
      token_pairs(shared.ring->issuer, shared.keys->refreshes, shared.flow_counts, shared.clock, shared.random),
      session_opening(sessions, token_pairs, shared.ring->issuer, shared.flow_counts, shared.clock),
      login({.database = database,
             .passwords = password_check,
             .opening = session_opening,
             .counts = shared.flow_counts,
             .letters = letters,
             .requires_verified_email = settings.users.require_verified_email,
             .clock = shared.clock,
             .random = shared.random},
            shared.keys->devices),
      session_ends(database, sessions, shared.clock),
      refreshes({.database = database,
                 .pairs = token_pairs,
                 .letters = letters,
                 .counts = shared.flow_counts,
                 .settings = settings.sessions,
                 .clock = shared.database_clock}),
      identity(sessions, shared.ring->verifier, shared.clock, shared.random),
      repetitions({.database = database,
                   .counts = shared.repetition_counts,
                   .settings = settings.idempotency,
                   .clock = shared.clock,
                   .random = shared.random},
                  shared.keys->repetitions),
      accounts(database, shared.passwords, letters, shared.clock),
      account_view(database, password_check, shared.clock),
      account_rules(database, shared.password_rules),
      password_reset(database, shared.passwords, shared.password_rules, password_check, letters, shared.clock),
      password_change({.database = database,
                       .passwords = shared.passwords,
                       .rules = shared.password_rules,
                       .check = password_check,
                       .owners = reauthentication,
                       .opening = session_opening,
                       .letters = letters,
                       .requires_verified_email = settings.users.require_verified_email,
                       .clock = shared.clock}),
      email_verification(database, letters, shared.clock),
      email_change(database, password_check, reauthentication, letters, shared.clock),
      api_key_flow(database, shared.clock, shared.random) {}

void Capabilities::use(const KeySet& keys) {
  sessions.use(keys.sealer);
  password_check.use(keys.of_passwords());
  token_pairs.use(keys.refreshes);
  login.use(keys.devices);
  repetitions.use(keys.repetitions);
}

void Capabilities::use(const TokenRing& ring) {
  token_pairs.use(ring.issuer);
  session_opening.use(ring.issuer);
  identity.use(ring.verifier);
}

}  // namespace gatehouse::service
