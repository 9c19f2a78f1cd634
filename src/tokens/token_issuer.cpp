#include "tokens/token_issuer.hpp"

#include <array>

#include "base/base64url.hpp"
#include "base/json_text.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::tokens {

// Issuer and audience come from the settings and may hold anything, so they are escaped, once, at the start. All that a
// token adds is numbers and base64url, which need no escape: a token is put together without a JSON writer.

namespace {

constexpr std::size_t token_id_bytes = 16;

std::string opening_claims(const config::TokenSettings& settings) {
  std::string json = R"({"iss":)";
  append_json_string(json, settings.issuer);
  json += R"(,"aud":)";
  append_json_string(json, settings.audience);
  return json;
}

void append_random_id(std::string& out, crypto::Random& random) {
  std::array<std::byte, token_id_bytes> id{};
  random.fill(id);
  append_base64url(out, {reinterpret_cast<const char*>(id.data()), id.size()});
}

}  // namespace

TokenIssuer::TokenIssuer(const config::TokenSettings& settings, crypto::Random& random)
    : signer_(load_token_keys(settings).signing, token_type),
      random_(random),
      ttl_(settings.ttl),
      issuer_and_audience_(opening_claims(settings)) {}

std::string TokenIssuer::issue(UserId user, SessionId session, TimePoint now) const {
  // Down, never up: a token from the future would be refused by a strict reader.
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  const std::string subject = std::to_string(user.value);
  std::string json = issuer_and_audience_;
  // Twice the same: `sub` is the registered claim and a text, `id` the number that the API knows users by.
  json += R"(,"sub":")" + subject + R"(","id":)" + subject;
  json += R"(,"iat":)" + std::to_string(issued_at.time_since_epoch().count());
  json += R"(,"exp":)" + std::to_string((issued_at + ttl_).time_since_epoch().count());
  json += R"(,"jti":")";
  append_random_id(json, random_);
  json += R"(","sid":")" + std::to_string(session.value) + R"("})";
  return signer_.sign(json);
}

}  // namespace gatehouse::tokens
