#pragma once

#include <string>
#include <string_view>

#include "jose/asymmetric_key.hpp"

namespace gatehouse::jose {

/// Public keys as JSON Web Keys (RFC 7517; RFC 7518 section 6 for RSA and EC, RFC 8037 section 2 for Ed25519).

/// The public half: its kind's members, `use` (always `sig`), `alg` and `kid`. Throws std::runtime_error when OpenSSL
/// fails.
[[nodiscard]] std::string public_jwk(const AsymmetricKey& key, std::string_view kid);

/// The SHA-256 of the members that make the key, in base64url (RFC 7638): 43 characters, the same whoever derives them.
[[nodiscard]] std::string thumbprint(const AsymmetricKey& key);

/// The key of a public JWK. std::invalid_argument, without quoting the text, if that is no key of an accepted kind.
[[nodiscard]] AsymmetricKey read_public_jwk(std::string_view json);

}  // namespace gatehouse::jose
