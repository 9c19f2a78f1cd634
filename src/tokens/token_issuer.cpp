#include "tokens/token_issuer.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/base64url.hpp"
#include "json/writer.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::tokens {

namespace {

constexpr std::size_t token_id_bytes = 16;

std::string random_id(crypto::Random& random) {
  std::array<std::byte, token_id_bytes> id{};
  random.fill(id);
  return to_base64url({reinterpret_cast<const char*>(id.data()), id.size()});
}

/// From 0 to `max`, each as likely as the others.
std::chrono::seconds random_seconds(std::chrono::seconds max, crypto::Random& random) {
  std::array<std::uint64_t, 1> drawn{};
  random.fill(std::as_writable_bytes(std::span{drawn}));
  const auto choices = static_cast<std::uint64_t>(max.count()) + 1;
  return std::chrono::seconds{static_cast<std::int64_t>(drawn[0] % choices)};
}

std::int64_t unix_seconds(std::chrono::sys_seconds time) { return time.time_since_epoch().count(); }

std::shared_ptr<const jose::SigningKey> key_of(const TokenSettings& settings,
                                               std::shared_ptr<const jose::SigningKey> instead) {
  return instead ? std::move(instead) : load_token_keys(settings).signing;
}

}  // namespace

TokenIssuer::TokenIssuer(const TokenSettings& settings, crypto::Random& random,
                         std::shared_ptr<const jose::SigningKey> signing)
    : signer_(key_of(settings, std::move(signing)), to_text(settings.type)),
      random_(random),
      ttl_(settings.ttl),
      shortening_max_(std::chrono::floor<std::chrono::seconds>(settings.ttl * settings.jitter)),
      type_(settings.type),
      issuer_(settings.issuer),
      first_audience_(settings.audiences.front()) {}

/// Rounds down, never up: a strict reader would refuse a token from the future.
TokenIssuer::Validity TokenIssuer::validity(const Grant& grant, TimePoint now, std::chrono::seconds ttl) {
  const auto from = std::chrono::floor<std::chrono::seconds>(now);
  return {.from = from, .to = std::min(from + ttl, std::chrono::floor<std::chrono::seconds>(grant.session_ends_at))};
}

std::string TokenIssuer::issue(const Grant& grant, TimePoint now) const {
  return issue(grant, validity(grant, now, ttl_));
}

IssuedToken TokenIssuer::issue_to_refresh(const Grant& grant, TimePoint now) const {
  const Validity valid = validity(grant, now, ttl_ - random_seconds(shortening_max_, random_));
  return {.compact = issue(grant, valid), .expires_at = valid.to};
}

std::string TokenIssuer::issue(const Grant& grant, const Validity& validity) const {
  const auto authenticated_at =
      grant.authenticated_at ? std::chrono::floor<std::chrono::seconds>(*grant.authenticated_at) : validity.from;
  std::string json;
  json::Writer writer{json};
  writer.begin_object()
      .member("iss", issuer_)
      .member("aud", grant.audience.empty() ? std::string_view{first_audience_} : grant.audience)
      .member("sub", std::to_string(grant.user.value))
      // The same user twice: `sub` is the registered claim and a text, `id` the number by which the API knows users.
      .member("id", grant.user)
      .member("iat", unix_seconds(validity.from))
      .member("exp", unix_seconds(validity.to))
      .member("jti", random_id(random_))
      .member("sid", std::to_string(grant.session.value))
      .member("smk", to_base64url(grant.mark.view()))
      .member("auth_time", unix_seconds(authenticated_at));
  writer.key("amr").begin_array().value("pwd").end_array();
  if (type_ == TokenType::access_token) writer.member("client_id", grant.client_id);
  writer.end_object();
  return signer_.sign(json);
}

}  // namespace gatehouse::tokens
