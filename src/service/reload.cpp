#include "service/reload.hpp"

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "http/certificate_advice.hpp"
#include "service/wiring/shared_parts.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::service {
namespace {

/// Secrets that are not given are generated anew at each reading, but those of the start are in use.
void keep_if_generated(const config::Reading& reading, std::string_view name, std::vector<SecretString>& secrets,
                       const std::vector<SecretString>& of_the_start) {
  const auto one = std::ranges::find(reading.resolved, name, [](const auto& each) { return each.setting->name; });
  if (one == reading.resolved.end() || one->origin != config::Origin::generated) return;
  secrets.clear();
  for (const SecretString& secret : of_the_start) secrets.push_back(secret.clone());
}

}  // namespace

void log_warnings(telemetry::Log& log, const config::Mistakes& warnings) {
  for (const config::Mistake& warning : warnings) {
    log.warn("setting_warning", {{"name", warning.name}, {"problem", warning.problem}, {"remedy", warning.remedy}});
  }
}

std::optional<Reloaded> Reloader::reload() {
  auto loaded = parts_.reread();
  if (!loaded) {
    for (const config::Mistake& mistake : loaded.error()) {
      parts_.log.error("reload_failed",
                       {{"name", mistake.name}, {"problem", mistake.problem}, {"remedy", mistake.remedy}});
    }
    return std::nullopt;
  }
  try {
    return take_over(std::move(*loaded));
  } catch (const std::exception& failure) {
    parts_.log.error("reload_failed", {{"reason", failure.what()}});
    return std::nullopt;
  }
}

Reloaded Reloader::take_over(Loaded loaded) {
  Settings& now = loaded.settings;
  const Settings& start = parts_.settings;
  keep_if_generated(loaded.reading, "API_KEY", now.api.api_keys, start.api.api_keys);
  keep_if_generated(loaded.reading, "SESSION_SECRET", now.sessions.secrets, start.sessions.secrets);
  keep_if_generated(loaded.reading, "JWT_SECRET", now.tokens.secrets, start.tokens.secrets);
  keep_token_rules(now);
  const bool has_tls = !start.server.tls_cert.empty();
  if (has_tls == now.server.tls_cert.empty()) warn_of_restart("TLS_CERT");

  (void)tokens::load_token_keys(now.tokens);  // throws if a key cannot be used
  Reloaded reloaded{.keys = std::make_shared<const KeySet>(now),
                    .tls = has_tls ? make_tls(now.server) : nullptr,
                    .settings = nullptr,
                    .logs_access = now.application.log_level <= telemetry::Level::info};
  auto stationery = std::make_shared<const mail::Stationery>(start.mail, now.sessions.secrets);
  reopen_breach_filter(now.passwords.breach_filter);  // the last step that can fail
  parts_.outbox.use(std::move(stationery));
  log_warnings(parts_.log, loaded.reading.warnings);
  log_warnings(parts_.log, http::certificate_advice(now.server, parts_.clock.now()));
  reloaded.settings = std::make_shared<const Settings>(std::move(now));
  return reloaded;
}

/// Keeps what tokens say, and how long they and their keys live: jobs, revocations and other routes still use the
/// values of the start.
void Reloader::keep_token_rules(Settings& now) {
  const Settings& start = parts_.settings;
  const auto keep = [this](auto& value, const auto& before, std::string_view name) {
    if (value != before) warn_of_restart(name);
    value = before;
  };
  keep(now.tokens.ttl, start.tokens.ttl, "JWT_EXPIRES_IN");
  keep(now.tokens.jitter, start.tokens.jitter, "JWT_JITTER");
  keep(now.tokens.issuer, start.tokens.issuer, "JWT_ISSUER");
  keep(now.tokens.audiences, start.tokens.audiences, "JWT_AUDIENCE");
  keep(now.tokens.type, start.tokens.type, "JWT_TYPE");
  keep(now.signing_keys.jwks_max_age, start.signing_keys.jwks_max_age, "JWKS_MAX_AGE");
  keep(now.api.api_keys_tell_client, start.api.api_keys_tell_client, "API_KEYS_TELL_CLIENT");
}

void Reloader::warn_of_restart(std::string_view name) { parts_.log.warn("reload_needs_restart", {{"name", name}}); }

void Reloader::tell(const Reloaded& reloaded) {
  const Settings& now = *reloaded.settings;
  parts_.log.info("reloaded", {{"api_keys", now.api.api_keys.size()}, {"tls", reloaded.tls != nullptr}});
  parts_.log.set_level(now.application.log_level);
}

/// The filter in use stays if the file is not a valid one.
void Reloader::reopen_breach_filter(const std::string& path) {
  const auto reopened = parts_.password_rules.reopen_filter(path);
  if (!reopened) throw std::runtime_error("PASSWORD_BREACH_FILTER: " + path + " " + reopened.error());
}

}  // namespace gatehouse::service
