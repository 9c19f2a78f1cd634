#include "tokens/token_keys.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "jose/asymmetric_key.hpp"
#include "jose/hmac_key.hpp"
#include "jose/jwk.hpp"

namespace gatehouse::tokens {
namespace {

std::shared_ptr<const jose::PrivateKey> load_private_key(const SecretString& pem) {
  try {
    return std::make_shared<const jose::PrivateKey>(pem.reveal());
  } catch (const std::invalid_argument& error) {
    // The key does not know which setting it came from; whoever reads the message needs that most.
    throw std::invalid_argument(std::string{"JWT_PRIVATE_KEY: "} + error.what());
  }
}

std::shared_ptr<const jose::SigningKey> load_secret(const SecretString& secret) {
  if (secret.empty()) throw std::invalid_argument("JWT_SECRET: a secret is empty");
  // A public key is known to everybody: whoever signed with it as if it were a secret would be believed.
  if (secret.reveal().find("-----BEGIN ") != std::string_view::npos) {
    throw std::invalid_argument("JWT_SECRET: a PEM key is not a secret; put a private key in JWT_PRIVATE_KEY");
  }
  return std::make_shared<const jose::HmacKey>(secret.reveal());
}

}  // namespace

TokenKeys load_token_keys(const TokenSettings& settings) {
  // Never both kinds: a verifier that took secrets beside public keys could be made to take a public key for a secret.
  if (!settings.private_key_pem.empty()) {
    const auto key = load_private_key(settings.private_key_pem);
    return {.signing = key, .verifying = {key}, .published = {jose::public_jwk(key->pair(), key->kid())}};
  }
  TokenKeys keys;
  for (const SecretString& secret : settings.secrets) {
    const auto key = load_secret(secret);
    // The same secret given twice, as a rotation may leave it, is one key; a verifier refuses two keys with one kid.
    const bool known = std::ranges::any_of(keys.verifying, [&](const auto& k) { return k->kid() == key->kid(); });
    if (known) continue;
    // The first one signs and all verify, so that a secret is rotated by putting the new one in front.
    if (!keys.signing) keys.signing = key;
    keys.verifying.push_back(key);
  }
  if (!keys.signing) throw std::invalid_argument("JWT_SECRET or JWT_PRIVATE_KEY must be set");
  return keys;
}

}  // namespace gatehouse::tokens
