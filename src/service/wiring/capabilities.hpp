#pragma once

#include <memory>

#include "api_keys/api_key_cache.hpp"
#include "api_keys/api_key_check.hpp"
#include "audit/tally.hpp"
#include "base/boot_clock.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "database/database_clock.hpp"
#include "flows/account/account_flow.hpp"
#include "flows/account/account_rules.hpp"
#include "flows/account/account_view.hpp"
#include "flows/api_keys/api_key_flow.hpp"
#include "flows/counts/flow_counts.hpp"
#include "flows/email_change/email_change_flow.hpp"
#include "flows/email_verification/email_verification_flow.hpp"
#include "flows/identity/identity_flow.hpp"
#include "flows/letters/letters.hpp"
#include "flows/letters/mail_budget.hpp"
#include "flows/login/login_flow.hpp"
#include "flows/password_change/password_change_flow.hpp"
#include "flows/password_check/password_check.hpp"
#include "flows/password_reset/password_reset_flow.hpp"
#include "flows/reauthentication/reauthentication.hpp"
#include "flows/refresh/refresh_flow.hpp"
#include "flows/sessions/session_end_flow.hpp"
#include "flows/sessions/session_opening.hpp"
#include "flows/sessions/token_pairs.hpp"
#include "idempotency/repetitions.hpp"
#include "limits/rate_limits.hpp"
#include "mail/mail_bell.hpp"
#include "mail/outbox.hpp"
#include "passwords/password_rules.hpp"
#include "passwords/password_service.hpp"
#include "runtime/worker_pool.hpp"
#include "service/settings.hpp"
#include "service/wiring/key_set.hpp"
#include "service/wiring/token_ring.hpp"
#include "sessions/session_cache.hpp"
#include "sessions/session_service.hpp"
#include "sessions/shared_epoch.hpp"
#include "sessions/shared_sessions.hpp"
#include "sessions/sharing_counts.hpp"
#include "signing_keys/sealer_in_use.hpp"
#include "signing_keys/topics.hpp"

namespace gatehouse::service {

/// The parts of each capability that exist once per process, made from the settings: immutable, or safe from any
/// thread. This is the only place where they are constructed, for the service, for commands and for tests.
struct SharedCapabilities {
  /// `clock` and `random` outlive it, the settings need not; `costs` are for tests. Throws std::invalid_argument, with
  /// the name of the setting, if a key cannot be used.
  SharedCapabilities(const Settings& settings, const Clock& clock, crypto::Random& random,
                     const passwords::CostParameters& costs = {});
  SharedCapabilities(const SharedCapabilities&) = delete;
  SharedCapabilities& operator=(const SharedCapabilities&) = delete;

  const Clock& clock;
  database::DatabaseClock database_clock;  ///< for times on which replicas must agree to the second
  crypto::Random& random;
  const std::shared_ptr<const KeySet> keys;     ///< of the start
  const std::shared_ptr<const TokenRing> ring;  ///< of the start; made from the settings alone
  const SystemBootClock boot_clock;
  sessions::SessionCache cache;
  sessions::SharedEpoch epoch;
  sessions::SharingCounts sharing_counts;
  api_keys::ApiKeyCache key_cache;
  api_keys::KeyReading key_reading;
  audit::Tally tally;
  runtime::WorkerPool hashing_pool;
  passwords::PasswordService passwords;
  passwords::PasswordRules password_rules;
  mail::MailBell mail_bell;
  signing_keys::KeyBell key_bell;
  signing_keys::SealerInUse key_sealer;
  mail::Outbox outbox;
  limits::RateLimits limits;
  flows::FlowCounts flow_counts;
  idempotency::RepetitionCounts repetition_counts;
  const flows::MailBudget mail_budget;
};

/// The clock of rate limits.
[[nodiscard]] limits::Instant coarse_instant();

/// What an io thread shares with those of other replicas, if Redis is set.
struct ReplicaParts {
  flows::MailBudget::Shared limits = nullptr;    ///< replicas count mails together
  sessions::SharedSessions* sessions = nullptr;  ///< replicas remember sessions together; outlives what uses it
};

/// The parts of each capability that work on one Database: made for each io thread, for a command, for a test.
struct Capabilities {
  /// `database` and `shared` outlive it.
  Capabilities(database::Database& database, const Settings& settings, SharedCapabilities& shared,
               ReplicaParts replicas = {});
  Capabilities(const Capabilities&) = delete;
  Capabilities& operator=(const Capabilities&) = delete;

  /// Switches to other keys, which outlive it or its next switch to such keys.
  void use(const KeySet& keys);
  void use(const TokenRing& ring);

  sessions::SessionService sessions;
  flows::Letters letters;
  flows::PasswordCheck password_check;
  flows::Reauthentication reauthentication;
  flows::TokenPairs token_pairs;
  flows::SessionOpening session_opening;
  flows::LoginFlow login;
  flows::SessionEndFlow session_ends;
  flows::RefreshFlow refreshes;
  flows::IdentityFlow identity;
  idempotency::Repetitions repetitions;
  flows::AccountFlow accounts;
  flows::AccountView account_view;
  flows::AccountRules account_rules;
  flows::PasswordResetFlow password_reset;
  flows::PasswordChangeFlow password_change;
  flows::EmailVerificationFlow email_verification;
  flows::EmailChangeFlow email_change;
  flows::ApiKeyFlow api_key_flow;
};

}  // namespace gatehouse::service
