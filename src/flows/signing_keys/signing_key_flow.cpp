#include "flows/signing_keys/signing_key_flow.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

#include "jose/jwk.hpp"
#include "json/writer.hpp"
#include "signing_keys/fresh_key.hpp"

namespace gatehouse::flows {

// A step first reads what it needs from the table, so that a refusal can say why. Somebody else may come in between;
// then the change itself violates a constraint, and nothing of the transaction remains, not even its events.

namespace {

using audit::AuditStore;
using audit::EventType;
using signing_keys::KeyState;
using signing_keys::oldest_in;
using signing_keys::SigningKeyStore;
using signing_keys::StoredKey;

const StoredKey* find(std::string_view kid, std::span<const StoredKey> keys) {
  const auto found = std::ranges::find(keys, kid, &StoredKey::kid);
  return found == keys.end() ? nullptr : &*found;
}

bool has_ended(const StoredKey& key) { return key.state == KeyState::retired || key.state == KeyState::revoked; }

/// What an event says about a key.
struct Told {
  std::string_view kid;
  jose::JwsAlgorithm algorithm;
  std::optional<std::string> replaced = {};
  bool is_imported = false;
};

database::Change<void> record(EventType type, TimePoint at, const audit::Origin& origin, const Told& told) {
  audit::Event event{.type = type, .at = at, .origin = origin};
  json::Writer writer{event.details};
  writer.begin_object().member("kid", told.kid).member("alg", jose::to_text(told.algorithm));
  if (told.replaced) writer.member("replaced", *told.replaced);
  if (told.is_imported) writer.member("imported", true);
  writer.end_object();
  return AuditStore::record(std::move(event));
}

}  // namespace

std::string_view to_text(KeyError error) {
  switch (error) {
    case KeyError::unknown_key:
      return "is not known";
    case KeyError::known_key:
      return "exists already";
    case KeyError::too_many_keys:
      return "cannot be added: there are 64 keys already; old ones are removed once no valid token needs them";
    case KeyError::no_next_key:
      return "to promote does not exist: none is in state next";
    case KeyError::no_current_key:
      return "to retire does not exist: none is in state current";
    case KeyError::not_next:
      return "is not in state next";
    case KeyError::unreadable:
      return "cannot be opened: SESSION_SECRET lacks the secret that it is sealed with";
    case KeyError::too_young:
      return "has not been published for long enough: caches may not have it yet";
    case KeyError::has_ended:
      return "has ended already";
    case KeyError::changed_meanwhile:
      return "was changed by somebody else at the same time";
  }
  return {};
}

Task<SigningKeyFlow::Result> SigningKeyFlow::add(jose::AsymmetricKey key, KeySource source, audit::Origin origin) {
  const TimePoint now = parts_.clock.now();
  const std::string kid = jose::thumbprint(key);
  const SecretString pem = jose::private_pem(key);
  signing_keys::NewKey row{.kid = kid,
                           .algorithm = key.algorithm,
                           .public_jwk = jose::public_jwk(key, kid),
                           .sealed_private = parts_.sealer.get()->seal(kid, pem, parts_.random),
                           .created_at = now};
  database::Changes changes;
  changes.add(SigningKeyStore::insert(std::move(row)));
  const Told told{.kid = kid, .algorithm = key.algorithm, .is_imported = source == KeySource::imported};
  changes.add(record(EventType::signing_key_generated, now, origin, told));
  const auto committed = co_await parts_.database.commit_unless(std::move(changes), signing_keys::key_is_new,
                                                                signing_keys::step_is_allowed);
  if (committed) co_return KeyStep{.kid = kid};
  const bool is_known = signing_keys::key_is_new.is_violated_by(committed.error());
  co_return std::unexpected(KeyRefusal{is_known ? KeyError::known_key : KeyError::too_many_keys});
}

bool SigningKeyFlow::is_readable(const StoredKey& key) const {
  return key.sealed_private && parts_.sealer.get()->open(key.kid, *key.sealed_private);
}

/// Leaves out those that wait to sign but never could.
std::vector<StoredKey> SigningKeyFlow::readable(std::vector<StoredKey> keys) const {
  std::erase_if(keys, [this](const StoredKey& key) { return key.state == KeyState::next && !is_readable(key); });
  return keys;
}

void SigningKeyFlow::add_promotion(database::Changes& changes, const StoredKey& key, TimePoint created_by,
                                   std::optional<std::string> replaced, const audit::Origin& origin) const {
  const TimePoint now = parts_.clock.now();
  changes.add(SigningKeyStore::retire_current(key.kid, parts_.life.retirement(now)));
  changes.add(SigningKeyStore::make_current(key.kid, now, created_by));
  const Told told{.kid = key.kid, .algorithm = key.algorithm, .replaced = std::move(replaced)};
  changes.add(record(EventType::signing_key_promoted, now, origin, told));
}

Task<SigningKeyFlow::Result> SigningKeyFlow::commit(database::Changes changes, KeyStep step) {
  const auto committed = co_await parts_.database.commit_unless(std::move(changes), signing_keys::step_is_allowed,
                                                                signing_keys::one_key_is_current);
  if (!committed) co_return std::unexpected(KeyRefusal{KeyError::changed_meanwhile});
  co_return step;
}

Task<SigningKeyFlow::Result> SigningKeyFlow::promote(std::optional<std::string> kid, Publication publication,
                                                     audit::Origin origin) {
  const std::vector<StoredKey> keys = co_await store_.list();
  const std::vector<StoredKey> candidates = readable(keys);
  const StoredKey* const key = kid ? find(*kid, keys) : oldest_in(KeyState::next, candidates);
  if (key == nullptr) co_return std::unexpected(KeyRefusal{kid ? KeyError::unknown_key : KeyError::no_next_key});
  if (key->state != KeyState::next) co_return std::unexpected(KeyRefusal{KeyError::not_next});
  if (!is_readable(*key)) co_return std::unexpected(KeyRefusal{KeyError::unreadable});
  const bool is_complete = publication == Publication::complete;
  const auto wait = is_complete ? parts_.life.publication() : signing_keys::KeyLife::settling_time;
  const TimePoint now = parts_.clock.now();
  if (key->created_at + wait > now) {
    co_return std::unexpected(KeyRefusal{KeyError::too_young, key->created_at + wait});
  }
  const StoredKey* const current = oldest_in(KeyState::current, keys);
  KeyStep step{.kid = key->kid};
  if (current != nullptr) step.other = current->kid;
  database::Changes changes;
  add_promotion(changes, *key, now - wait, step.other, origin);
  co_return co_await commit(std::move(changes), std::move(step));
}

Task<SigningKeyFlow::Result> SigningKeyFlow::retire(std::optional<std::string> kid, audit::Origin origin) {
  const std::vector<StoredKey> keys = co_await store_.list();
  const StoredKey* const key = kid ? find(*kid, keys) : oldest_in(KeyState::current, keys);
  if (key == nullptr) co_return std::unexpected(KeyRefusal{kid ? KeyError::unknown_key : KeyError::no_current_key});
  if (has_ended(*key)) co_return std::unexpected(KeyRefusal{KeyError::has_ended});
  const TimePoint now = parts_.clock.now();
  database::Changes changes;
  changes.add(SigningKeyStore::retire(key->kid, parts_.life.retirement(now)));
  const Told told{.kid = key->kid, .algorithm = key->algorithm};
  changes.add(record(EventType::signing_key_retired, now, origin, told));
  KeyStep step{.kid = key->kid, .was_current = key->state == KeyState::current};
  co_return co_await commit(std::move(changes), std::move(step));
}

Task<SigningKeyFlow::Result> SigningKeyFlow::revoke(std::string kid, audit::Origin origin) {
  const std::vector<StoredKey> keys = co_await store_.list();
  const StoredKey* const key = find(kid, keys);
  if (key == nullptr) co_return std::unexpected(KeyRefusal{KeyError::unknown_key});
  if (key->state == KeyState::revoked) co_return std::unexpected(KeyRefusal{KeyError::has_ended});
  const TimePoint now = parts_.clock.now();
  KeyStep step{.kid = kid, .was_current = key->state == KeyState::current};
  database::Changes changes;
  changes.add(SigningKeyStore::revoke(kid, signing_keys::KeyLife::revocation(now)));
  const Told told{.kid = kid, .algorithm = key->algorithm};
  changes.add(record(EventType::signing_key_revoked, now, origin, told));
  const std::vector<StoredKey> candidates = readable(keys);
  const StoredKey* const next = oldest_in(KeyState::next, candidates);
  if (step.was_current && next != nullptr && parts_.life.may_sign_from(*next) <= now) {
    step.other = next->kid;
    add_promotion(changes, *next, now - parts_.life.publication(), kid, origin);
  }
  co_return co_await commit(std::move(changes), std::move(step));
}

Task<SigningKeyFlow::Result> SigningKeyFlow::take_step(std::vector<StoredKey> keys, std::chrono::seconds interval) {
  using signing_keys::RotationStep;
  audit::Origin origin = audit::system_origin("signing keys");
  switch (signing_keys::due_step(readable(keys), interval, parts_.life, parts_.clock.now())) {
    case RotationStep::generate: {
      jose::AsymmetricKey key = signing_keys::make_fresh_key(oldest_in(KeyState::current, keys)->algorithm);
      co_return co_await add(std::move(key), KeySource::generated, std::move(origin));
    }
    case RotationStep::promote: {
      std::optional<std::string> oldest;
      co_return co_await promote(std::move(oldest), Publication::complete, std::move(origin));
    }
    case RotationStep::none:
      break;
  }
  co_return KeyStep{};
}

Task<> SigningKeyFlow::rotate(std::chrono::seconds interval) {
  const TimePoint now = parts_.clock.now();
  std::vector<StoredKey> keys = co_await store_.list();
  const bool is_any_over =
      std::ranges::any_of(keys, [now](const StoredKey& key) { return key.drop_at && *key.drop_at <= now; });
  if (is_any_over) {
    auto forgetting = SigningKeyStore::drop(now);
    (void)co_await parts_.database.commit(std::move(forgetting));
  }
  const Result step = co_await take_step(std::move(keys), interval);
  if (step || step.error().reason == KeyError::changed_meanwhile) co_return;
  throw std::runtime_error("the key " + std::string{to_text(step.error().reason)});
}

}  // namespace gatehouse::flows
