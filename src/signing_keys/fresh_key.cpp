#include "signing_keys/fresh_key.hpp"

#include "jose/jwk.hpp"

namespace gatehouse::signing_keys {

jose::AsymmetricKey make_fresh_key(jose::JwsAlgorithm algorithm) {
  // One in 64 is thrown away.
  while (true) {
    jose::AsymmetricKey key = jose::generate_key(algorithm);
    if (!jose::thumbprint(key).starts_with('-')) return key;
  }
}

}  // namespace gatehouse::signing_keys
