#pragma once

#include <expected>

#include "api/api_settings.hpp"
#include "api/forward_auth/forward_auth_settings.hpp"
#include "audit/audit_settings.hpp"
#include "config/catalog.hpp"
#include "config/mistake.hpp"
#include "config/reading.hpp"
#include "config/sources.hpp"
#include "crypto/random.hpp"
#include "database/database_settings.hpp"
#include "http/server_settings.hpp"
#include "idempotency/idempotency_settings.hpp"
#include "limits/limit_settings.hpp"
#include "lockout/lockout_settings.hpp"
#include "mail/mail_settings.hpp"
#include "one_time_tokens/one_time_token_settings.hpp"
#include "passwords/password_settings.hpp"
#include "redis/redis_settings.hpp"
#include "revocations/revocation_settings.hpp"
#include "service/application_settings.hpp"
#include "service/metrics_settings.hpp"
#include "sessions/session_settings.hpp"
#include "signing_keys/signing_key_settings.hpp"
#include "tokens/token_settings.hpp"
#include "users/user_settings.hpp"

namespace gatehouse::service {

/// All settings of the program, checked: each feature's settings, as that feature defines them. A new feature gets a
/// member here and a line in settings.cpp.
struct Settings {
  ApplicationSettings application;
  api::ApiSettings api;
  api::ForwardAuthSettings forward_auth;
  http::ServerSettings server;
  database::DatabaseSettings database;
  sessions::SessionSettings sessions;
  tokens::TokenSettings tokens;
  signing_keys::SigningKeySettings signing_keys;
  revocations::RevocationSettings revocations;
  passwords::PasswordSettings passwords;
  limits::LimitSettings limits;
  redis::RedisSettings redis;
  lockout::LockoutSettings lockout;
  audit::AuditSettings audit;
  mail::MailSettings mail;
  one_time_tokens::OneTimeTokenSettings one_time_tokens;
  users::UserSettings users;
  idempotency::IdempotencySettings idempotency;
  MetricsSettings metrics;
};

/// Settings and how they came about.
struct Loaded {
  Settings settings;
  config::Reading reading;
};

/// Reads and checks everything at once (config::read_into() says how): the settings, or every mistake there is.
[[nodiscard]] std::expected<Loaded, config::Mistakes> load_settings(const config::Sources& sources,
                                                                    crypto::Random& random);

/// The same for display: the settings, and the mistakes in them.
[[nodiscard]] Loaded read_settings(const config::Sources& sources, crypto::Random& random);

/// Every setting there is.
[[nodiscard]] config::Catalog catalog();

}  // namespace gatehouse::service
