// A JWS from anywhere never crashes the verifier and is never believed unless our key signed it; claims from anywhere,
// properly signed, never crash the reader and are believed only if they say what we asked for.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "jose/hmac_key.hpp"
#include "jose/jws.hpp"
#include "tokens/token_keys.hpp"
#include "tokens/token_verifier.hpp"

namespace {

using namespace gatehouse;

constexpr std::string_view secret = "a secret of the fuzz target only";
constexpr TimePoint now = from_unix_us(1'700'000'000'000'000);

tokens::TokenSettings settings() {
  tokens::TokenSettings made;
  made.secrets.emplace_back(secret);
  return made;
}

/// Takes the input as a whole token. Nobody can guess an HMAC, so whatever is accepted is a token of the corpus.
void verify_stranger(std::string_view input) {
  static const tokens::TokenVerifier tokens{settings()};
  static const jose::JwsVerifier any{{std::make_shared<const jose::HmacKey>(secret)},
                                     {.type = {}, .kid_required = false}};
  static const jose::HmacKey key{secret};

  jose::JwsBuffer buffer;
  const auto jws = any.verify(input, buffer);
  const auto claims = tokens.verify(input, now);
  if (claims && !jws) std::abort();
  if (!jws) return;
  const std::size_t dot = input.rfind('.');
  std::string mac;
  key.append_signature(mac, input.substr(0, dot));
  if (jws->payload().size() > input.size() || mac.size() != 32) std::abort();
}

/// Takes the input as claims that we signed.
void verify_claims(std::string_view input) {
  static const tokens::TokenVerifier tokens{settings()};
  static const jose::JwsSigner signer{tokens::load_token_keys(settings()).signing, tokens::token_type};
  const auto claims = tokens.verify(signer.sign(input), now);
  if (!claims) return;
  if (claims->user.value < 1 || claims->session.value < 1 || claims->expires_at <= now) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(bytes), size};
  verify_stranger(input);
  verify_claims(input);
  return 0;
}
