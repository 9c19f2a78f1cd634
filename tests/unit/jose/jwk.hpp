#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

namespace gatehouse::jose {

/// The public or the private half of a JSON Web Key (RSA, EC on P-256, OKP Ed25519) as PEM. nullopt if OpenSSL
/// refuses its numbers; throws if a member is missing. For the vectors, which are JWKs.
[[nodiscard]] std::optional<std::string> public_pem_of(const boost::json::value& jwk);
[[nodiscard]] std::optional<std::string> private_pem_of(const boost::json::value& jwk);

}  // namespace gatehouse::jose
