#include "service/wiring/token_ring.hpp"

#include <string>
#include <vector>

#include "signing_keys/key_life.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::service {
namespace {

std::vector<std::string> published(const Settings& settings, const signing_keys::KeyRing& table) {
  std::vector<std::string> jwks = tokens::load_token_keys(settings.tokens).published;
  jwks.insert(jwks.end(), table.published.begin(), table.published.end());
  return jwks;
}

api::JwksDocument::Freshness freshness(const Settings& settings) {
  const auto max_age = settings.signing_keys.jwks_max_age;
  return {.max_age = max_age, .stale_while_revalidate = signing_keys::KeyLife::stale_time(max_age)};
}

}  // namespace

TokenRing::TokenRing(const Settings& settings, const signing_keys::KeyRing& table, crypto::Random& random)
    : issuer(settings.tokens, random, table.signing),
      verifier(settings.tokens, table.verifying),
      jwks(published(settings, table), freshness(settings)) {}

}  // namespace gatehouse::service
