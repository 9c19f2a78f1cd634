#include "service/settings.hpp"

#include <utility>

#include "config/form.hpp"
#include "service/related_settings.hpp"

namespace gatehouse::service {
namespace {

/// The environment comes first: the defaults of all others depend on it.
void add_all(config::Form& form, Settings& settings) {
  form.add(settings.application, application_section());
  form.add(settings.api, api::api_section());
  form.add(settings.server, http::server_section());
  form.add(settings.database, database::database_section());
  form.add(settings.sessions, sessions::session_section());
  form.add(settings.tokens, tokens::token_section());
  form.add(settings.forward_auth, api::forward_auth_section());
  form.add(settings.signing_keys, signing_keys::signing_key_section());
  form.add(settings.revocations, revocations::revocation_section());
  form.add(settings.passwords, passwords::password_section());
  form.add(settings.limits, limits::limit_section());
  form.add(settings.redis, redis::redis_section());
  form.add(settings.lockout, lockout::lockout_section());
  form.add(settings.audit, audit::audit_section());
  form.add(settings.mail, mail::mail_section());
  form.add(settings.one_time_tokens, one_time_tokens::one_time_token_section());
  form.add(settings.users, users::user_section());
  form.add(settings.idempotency, idempotency::idempotency_section());
  form.add(settings.metrics, metrics_section());
  form.add(settings, related_section());
}

}  // namespace

std::expected<Loaded, config::Mistakes> load_settings(const config::Sources& sources, crypto::Random& random) {
  Loaded loaded = read_settings(sources, random);
  if (!loaded.reading.mistakes.empty()) return std::unexpected(std::move(loaded.reading.mistakes));
  return loaded;
}

Loaded read_settings(const config::Sources& sources, crypto::Random& random) {
  Loaded loaded;
  config::Form form{loaded.settings.application.environment};
  add_all(form, loaded.settings);
  loaded.reading = config::read_into(form, sources, random);
  return loaded;
}

config::Catalog catalog() {
  Settings settings;
  config::Form form{settings.application.environment};
  add_all(form, settings);
  return form.catalog();
}

}  // namespace gatehouse::service
