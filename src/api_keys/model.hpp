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

/// A row's number, which is never shown outside; keys are named by their public id.
using ApiKeyId = StrongId<struct ApiKeyTag>;

/// A key without its secret.
struct ApiKey {
  ApiKeyId id = {};
  std::string public_id;
  std::string name;
  Scopes scopes;
  bool tells_client = false;  ///< what it says about the client on whose behalf it calls is believed
  TimePoint created_at;
  std::string created_by;                        ///< `key API_KEY`, `cli root`
  std::optional<TimePoint> previous_until = {};  ///< end of the secret before the last rotation
  std::optional<TimePoint> expires_at = {};
  std::optional<TimePoint> last_used_at = {};  ///< accurate to about ten minutes

  friend bool operator==(const ApiKey&, const ApiKey&) = default;
};

/// A key that is not revoked, with the SHA-256 of its secrets.
struct StoredKey {
  ApiKey key;
  std::string hash;
  std::optional<std::string> previous_hash = {};  ///< good until key.previous_until
};

/// A row to insert.
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

/// A request for a new key.
struct KeyRequest {
  std::string name;
  std::string scopes;  ///< in the form of scope_list.hpp
  bool tells_client = false;
  std::optional<std::int64_t> expires_in_s = {};
};

/// The most keys that are neither revoked nor expired.
inline constexpr std::int64_t keys_max = 1000;

/// How long a key may last, and how long a secret after its rotation.
inline constexpr std::chrono::seconds lifetime_max = std::chrono::years{100};
inline constexpr std::chrono::seconds grace_max = std::chrono::days{30};
inline constexpr std::chrono::seconds usual_grace = std::chrono::days{1};

/// How precisely last_used_at is stored, so that using a key hardly ever costs a write.
inline constexpr std::chrono::minutes use_interval{10};

/// Writes `{"id":"4f…","name":"…","scopes":"auth users:read","tellsClient":false,"createdAt":"…","createdBy":"…",
/// "expiresAt":null,"lastUsedAt":null,"previousUntil":null}`.
void write_api_key(json::Writer& writer, const ApiKey& key);

/// `{"apiKey":{…},"secret":"gtk_…"}`: the answer to whoever made or rotated the key.
[[nodiscard]] SecretString issued_key_json(const ApiKey& key, const SecretString& secret);

}  // namespace gatehouse::api_keys
