#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/scopes.hpp"
#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::api_keys {

/// A row's number, which nobody outside sees; keys are named by their public id.
using ApiKeyId = StrongId<struct ApiKeyTag>;

/// A key without its secret.
struct ApiKey {
  ApiKeyId id = {};
  std::string public_id;
  std::string name;
  Scopes scopes;
  bool tells_client = false;  ///< its holder is believed about the client it asks for
  TimePoint created_at;
  std::string created_by;                        ///< `key API_KEY`, `cli root`
  std::optional<TimePoint> previous_until = {};  ///< of the secret before the last rotation
  std::optional<TimePoint> expires_at = {};
  std::optional<TimePoint> last_used_at = {};  ///< to some ten minutes

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

/// A key that is not revoked, with the SHA-256 of its secrets.
struct StoredKey {
  ApiKey key;
  std::string hash;
  std::optional<std::string> previous_hash = {};  ///< good until key.previous_until
};

/// A row to be.
struct NewApiKey {
  std::string public_id;
  std::string name;
  Scopes scopes;
  bool tells_client = false;
  std::string hash;
  TimePoint created_at;
  std::string created_by;
  std::optional<TimePoint> expires_at = {};
};

/// What somebody asks for who wants a key.
struct KeyRequest {
  std::string name;
  std::string scopes;  ///< as scope_list.hpp has them
  bool tells_client = false;
  std::optional<std::int64_t> expires_in_s = {};
};

/// Keys that are neither revoked nor expired.
inline constexpr std::int64_t keys_max = 1000;

/// How long a key, and a secret after its rotation, may last.
inline constexpr std::chrono::seconds lifetime_max = std::chrono::years{100};
inline constexpr std::chrono::seconds grace_max = std::chrono::days{30};
inline constexpr std::chrono::seconds usual_grace = std::chrono::days{1};

/// How exactly last_used_at is known, so that using a key costs hardly any write.
inline constexpr std::chrono::minutes use_interval{10};

/// Writes `{"id":"4f…","name":"…","scopes":"auth users:read","tellsClient":false,"createdAt":"…","createdBy":"…",
/// "expiresAt":null,"lastUsedAt":null,"previousUntil":null}`.
void write_api_key(json::Writer& writer, const ApiKey& key);

/// `{"apiKey":{…},"secret":"gtk_…"}`: the answer to who made or rotated the key.
[[nodiscard]] SecretString issued_key_json(const ApiKey& key, const SecretString& secret);

}  // namespace gatehouse::api_keys
