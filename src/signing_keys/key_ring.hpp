#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "jose/jws_key.hpp"
#include "signing_keys/model.hpp"
#include "signing_keys/private_key_sealer.hpp"

namespace gatehouse::signing_keys {

/// What the table's keys amount to at a given time: which one signs, which ones verify, and what is published of them.
struct KeyRing {
  std::shared_ptr<const jose::SigningKey> signing;  ///< null: no key is current, or it cannot be opened
  std::vector<std::shared_ptr<const jose::VerifyingKey>> verifying;
  std::vector<std::string> published;   ///< their JWKs
  std::vector<std::string> unreadable;  ///< kids: any key whose JWK is unreadable, a current one whose private half is
};

/// From the rows of the table. Revoked keys, and those whose time is over, are left out. The algorithm in a key's row
/// must agree with the key's kind.
[[nodiscard]] KeyRing make_key_ring(std::span<const StoredKey> keys, const PrivateKeySealer& sealer, TimePoint now);

}  // namespace gatehouse::signing_keys
