#include "flows/api_keys/api_key_flow.hpp"

#include <optional>
#include <utility>

#include "api_keys/key_text.hpp"
#include "api_keys/scope_list.hpp"
#include "json/writer.hpp"

namespace gatehouse::flows {

// A key is read before it is changed, so that a refusal can say why. Somebody else may revoke it in between; then the
// change violates a constraint, and nothing of the transaction remains, not even its event.

namespace {

using api_keys::ApiKey;
using api_keys::ApiKeyStore;
using audit::AuditStore;
using audit::EventType;

/// The first thing about the key that the authority does not cover; empty if it covers all.
std::string_view first_missing(const Authority& authority, Scopes scopes, bool tells_client) {
  if (const auto scope = authority.scopes.first_missing(scopes)) return to_text(*scope);
  return tells_client && !authority.tells_client ? "tellsClient" : "";
}

std::unexpected<ApiKeyRefusal> refusal(ApiKeyError reason, std::string_view missing = {}) {
  return std::unexpected(ApiKeyRefusal{.reason = reason, .missing = missing});
}

std::string text_of(const audit::Origin& origin) {
  std::string text{to_text(origin.kind)};
  return origin.actor.empty() ? text : text.append(" ").append(origin.actor);
}

database::Change<void> record_step(EventType type, TimePoint at, audit::Origin origin, const ApiKey& key,
                                   std::optional<std::chrono::seconds> grace = std::nullopt) {
  audit::Event event{.type = type, .at = at, .origin = std::move(origin)};
  json::Writer writer{event.details};
  writer.begin_object().member("key", key.public_id).member("name", key.name);
  if (type == EventType::key_created) {
    writer.member("scopes", api_keys::to_text(key.scopes)).member("tellsClient", key.tells_client);
  }
  if (grace) writer.member("graceSeconds", grace->count());
  writer.end_object();
  return AuditStore::record(std::move(event));
}

/// Stores the answer for whoever repeats the request: nothing else has the secret.
void add_answer(database::Changes& changes, const idempotency::RepeatableWork* work, TimePoint at,
                const IssuedKey& issued) {
  if (work == nullptr) return;
  const SecretString answer = api_keys::issued_key_json(issued.key, issued.secret);
  changes.add(work->gave_secret(at, answer.reveal()));
}

}  // namespace

Task<> ApiKeyFlow::record_refusal(std::string_view missing, audit::Origin origin) {
  audit::Event event{.type = EventType::key_refused,
                     .at = clock_.now(),
                     .origin = std::move(origin),
                     .outcome = audit::Outcome::refused,
                     .reason = "missing_scope"};
  json::Writer{event.details}.begin_object().member("scope", missing).end_object();
  auto change = AuditStore::record(std::move(event));
  co_await database_.commit(std::move(change));
}

Task<std::expected<void, ApiKeyRefusal>> ApiKeyFlow::commit(database::Changes changes, ApiKeyError if_refused) {
  const auto committed = co_await database_.commit_unless(std::move(changes), api_keys::step_is_allowed,
                                                          idempotency::attempt_is_the_running_one);
  if (committed) co_return std::expected<void, ApiKeyRefusal>{};
  const bool is_refused = api_keys::step_is_allowed.is_violated_by(committed.error());
  co_return refusal(is_refused ? if_refused : ApiKeyError::superseded);
}

Task<ApiKeyFlow::Issued> ApiKeyFlow::create(api_keys::KeyRequest request, Authority authority, audit::Origin origin,
                                            const idempotency::RepeatableWork* work) {
  const Scopes scopes = api_keys::read_scopes(request.scopes).known;
  const std::string_view missing = first_missing(authority, scopes, request.tells_client);
  if (!missing.empty()) {
    co_await record_refusal(missing, std::move(origin));
    co_return refusal(ApiKeyError::not_covered, missing);
  }
  const TimePoint now = clock_.now();
  ApiKey key{.public_id = api_keys::make_public_id(random_),
             .name = std::move(request.name),
             .scopes = scopes,
             .tells_client = request.tells_client,
             .created_at = now,
             .created_by = text_of(origin)};
  if (request.expires_in_s) key.expires_at = now + std::chrono::seconds{*request.expires_in_s};
  api_keys::NewKeyText secret = api_keys::make_key_text(key.public_id, random_);
  database::Changes changes;
  changes.add(ApiKeyStore::insert({.public_id = key.public_id,
                                   .name = key.name,
                                   .scopes = key.scopes,
                                   .tells_client = key.tells_client,
                                   .hash = std::move(secret.hash),
                                   .created_at = now,
                                   .created_by = key.created_by,
                                   .expires_at = key.expires_at}));
  changes.add(record_step(EventType::key_created, now, std::move(origin), key));
  IssuedKey issued{.key = std::move(key), .secret = std::move(secret.text)};
  add_answer(changes, work, now, issued);
  const auto made = co_await commit(std::move(changes), ApiKeyError::too_many_keys);
  if (!made) co_return std::unexpected(made.error());
  co_return std::move(issued);
}

Task<ApiKeyFlow::Issued> ApiKeyFlow::rotate(std::string public_id, std::chrono::seconds grace, Authority authority,
                                            audit::Origin origin, const idempotency::RepeatableWork* work) {
  auto key = co_await store_.find(std::move(public_id));
  if (!key) co_return refusal(ApiKeyError::unknown_key);
  const std::string_view missing = first_missing(authority, key->scopes, key->tells_client);
  if (!missing.empty()) {
    co_await record_refusal(missing, std::move(origin));
    co_return refusal(ApiKeyError::not_covered, missing);
  }
  const TimePoint now = clock_.now();
  if (key->expires_at && *key->expires_at <= now) co_return refusal(ApiKeyError::expired);
  key->previous_until = now + grace;
  api_keys::NewKeyText secret = api_keys::make_key_text(key->public_id, random_);
  database::Changes changes;
  changes.add(ApiKeyStore::rotate(key->id, {.hash = std::move(secret.hash), .previous_until = now + grace}));
  changes.add(record_step(EventType::key_rotated, now, std::move(origin), *key, grace));
  IssuedKey issued{.key = *std::move(key), .secret = std::move(secret.text)};
  add_answer(changes, work, now, issued);
  const auto made = co_await commit(std::move(changes), ApiKeyError::unknown_key);
  if (!made) co_return std::unexpected(made.error());
  co_return std::move(issued);
}

Task<ApiKeyFlow::Revoked> ApiKeyFlow::revoke(std::string public_id, audit::Origin origin) {
  auto key = co_await store_.find(std::move(public_id));
  if (!key) co_return refusal(ApiKeyError::unknown_key);
  const TimePoint now = clock_.now();
  database::Changes changes;
  changes.add(ApiKeyStore::revoke(key->id, now));
  changes.add(record_step(EventType::key_revoked, now, std::move(origin), *key));
  const auto made = co_await commit(std::move(changes), ApiKeyError::unknown_key);
  if (!made) co_return std::unexpected(made.error());
  co_return *std::move(key);
}

}  // namespace gatehouse::flows
