#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "api_keys/api_key_store.hpp"
#include "audit/audit_store.hpp"
#include "base/clock.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "idempotency/repetitions.hpp"

namespace gatehouse::flows {

/// Why a step of an API key's life was not made.
enum class ApiKeyError : std::uint8_t {
  unknown_key,    ///< there is none with this public id, or it is revoked
  expired,        ///< a new secret would be good for nothing
  not_covered,    ///< the key may do what the caller may not
  too_many_keys,  ///< api_keys::keys_max
  superseded,     ///< another attempt at the same request took the place of this one
};

/// The same, with what the caller lacks: a scope, or tellsClient.
struct ApiKeyRefusal {
  ApiKeyError reason;
  std::string_view missing = {};  ///< static; of not_covered
};

/// What a caller may do, and so hand out.
struct Authority {
  Scopes scopes;
  bool tells_client = false;
};

/// A key and its secret, which is nowhere else.
struct IssuedKey {
  api_keys::ApiKey key;
  SecretString secret;
};

/// Makes, rotates and revokes API keys, each step on record. Each replica hears of it by the change feed. Nobody gets
/// the secret of a key that may do more than they: such a refusal is on record, too. One per Database's thread;
/// everything outlives it. Throws what Database throws.
class ApiKeyFlow {
 public:
  using Issued = std::expected<IssuedKey, ApiKeyRefusal>;
  using Revoked = std::expected<api_keys::ApiKey, ApiKeyRefusal>;

  ApiKeyFlow(database::Database& database, const Clock& clock, crypto::Random& random)
      : database_(database), store_(database), clock_(clock), random_(random) {}

  /// `request` has no mistakes (api_keys::validate). not_covered, too_many_keys; and where it is the work
  /// of a request that may be repeated, which outlives the coroutine, superseded.
  [[nodiscard]] Task<Issued> create(api_keys::KeyRequest request, Authority authority, audit::Origin origin,
                                    const idempotency::RepeatableWork* work = nullptr);
  /// A new secret; the one before stays good for `grace`, and the one before that, if there is one, no longer.
  /// unknown_key, expired, not_covered; superseded as above.
  [[nodiscard]] Task<Issued> rotate(std::string public_id, std::chrono::seconds grace, Authority authority,
                                    audit::Origin origin, const idempotency::RepeatableWork* work = nullptr);
  /// unknown_key.
  [[nodiscard]] Task<Revoked> revoke(std::string public_id, audit::Origin origin);

 private:
  [[nodiscard]] Task<> record_refusal(std::string_view missing, audit::Origin origin);
  [[nodiscard]] Task<std::expected<void, ApiKeyRefusal>> commit(database::Changes changes, ApiKeyError if_refused);

  database::Database& database_;
  api_keys::ApiKeyStore store_;
  const Clock& clock_;
  crypto::Random& random_;
};

}  // namespace gatehouse::flows
