#include "jose/jws_key.hpp"

#include "base/base64url.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::jose {

std::string_view to_text(JwsAlgorithm algorithm) {
  switch (algorithm) {
    case JwsAlgorithm::hs256:
      return "HS256";
    case JwsAlgorithm::rs256:
      return "RS256";
    case JwsAlgorithm::es256:
      return "ES256";
    case JwsAlgorithm::eddsa:
      return "EdDSA";
  }
  return {};
}

std::optional<JwsAlgorithm> read_algorithm(std::string_view name) {
  using enum JwsAlgorithm;
  for (const JwsAlgorithm algorithm : {hs256, rs256, es256, eddsa}) {
    if (name == to_text(algorithm)) return algorithm;
  }
  return std::nullopt;
}

std::string fingerprint(std::string_view public_bytes) {
  // Enough to tell a handful of keys apart. A kid proves nothing, so finding a second key with it is no attack.
  static constexpr std::size_t fingerprint_bytes = 8;
  return to_base64url(std::string_view{crypto::sha256(public_bytes)}.substr(0, fingerprint_bytes));
}

}  // namespace gatehouse::jose
