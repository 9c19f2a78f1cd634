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

/// Why a step in an API key's life was refused.
enum class ApiKeyError : std::uint8_t {
  unknown_key,    ///< there is none with this public id, or it is revoked
  expired,        ///< a new secret would be useless
  not_covered,    ///< the key may do what the caller may not
  too_many_keys,  ///< api_keys::keys_max
  superseded,     ///< another attempt at the same request took the place of this one
};

/// The same, with what the caller lacks: a scope, or tellsClient.
struct ApiKeyRefusal {
  ApiKeyError reason;
  std::string_view missing = {};  ///< static storage; for not_covered
};

/// What a caller may do, and may therefore grant.
struct Authority {
  Scopes scopes;
  bool tells_client = false;
};

/// A key and its secret, which exists nowhere else.
struct IssuedKey {
  api_keys::ApiKey key;
  SecretString secret;
};

/// Makes, rotates and revokes API keys, and puts each step on record. Each replica hears of it through the change feed.
/// Nobody gets the secret of a key that may do more than they may; such a refusal is put on record, too. One per
/// Database's thread; everything it refers to outlives it. Throws what Database throws.
class ApiKeyFlow {
 public:
  using Issued = std::expected<IssuedKey, ApiKeyRefusal>;
  using Revoked = std::expected<api_keys::ApiKey, ApiKeyRefusal>;

  ApiKeyFlow(database::Database& database, const Clock& clock, crypto::Random& random)
      : database_(database), store_(database), clock_(clock), random_(random) {}

  /// `request` must have no mistakes (api_keys::validate). Fails with not_covered, with too_many_keys, or with
  /// superseded if it is the `work` of a repeatable request, which must outlive the coroutine.
  [[nodiscard]] Task<Issued> create(api_keys::KeyRequest request, Authority authority, audit::Origin origin,
                                    const idempotency::RepeatableWork* work = nullptr);
  /// Issues a new secret; the previous one stays valid for `grace`, an older one no longer. Fails with unknown_key,
  /// expired, not_covered, or with superseded as above.
  [[nodiscard]] Task<Issued> rotate(std::string public_id, std::chrono::seconds grace, Authority authority,
                                    audit::Origin origin, const idempotency::RepeatableWork* work = nullptr);
  /// Fails with unknown_key.
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
