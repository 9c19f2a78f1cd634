#include "tokens/token_issuer.hpp"

#include <array>
#include <span>

#include "base/base64url.hpp"
#include "json/writer.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::tokens {

// Issuer and audience come from the settings and may hold anything, so they are escaped, once, at the start. All that a
// token adds is numbers and base64url, which need no escape: a token is put together without a JSON writer.

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

}  // namespace

TokenIssuer::TokenIssuer(const TokenSettings& settings, crypto::Random& random)
    : signer_(load_token_keys(settings).signing, token_type),
      random_(random),
      ttl_(settings.ttl),
      shortening_max_(std::chrono::floor<std::chrono::seconds>(settings.ttl * settings.jitter)),
      issuer_(settings.issuer),
      audience_(settings.audience) {}

std::string TokenIssuer::issue(UserId user, SessionId session, const SessionMark& mark, TimePoint now) const {
  // Down, never up: a token from the future would be refused by a strict reader.
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  return issue(user, session, mark, {.from = issued_at, .to = issued_at + ttl_});
}

IssuedToken TokenIssuer::issue_to_refresh(UserId user, SessionId session, const SessionMark& mark,
                                          TimePoint now) const {
  const auto issued_at = std::chrono::floor<std::chrono::seconds>(now);
  const auto ends_at = issued_at + ttl_ - random_seconds(shortening_max_, random_);
  return {.compact = issue(user, session, mark, {.from = issued_at, .to = ends_at}), .expires_at = ends_at};
}

std::string TokenIssuer::issue(UserId user, SessionId session, const SessionMark& mark,
                               const Validity& validity) const {
  std::string json;
  json::Writer(json)
      .begin_object()
      .member("iss", issuer_)
      .member("aud", audience_)
      .member("sub", std::to_string(user.value))
      // Twice the same: `sub` is the registered claim and a text, `id` the number that the API knows users by.
      .member("id", user)
      .member("iat", unix_seconds(validity.from))
      .member("exp", unix_seconds(validity.to))
      .member("jti", random_id(random_))
      .member("sid", std::to_string(session.value))
      .member("smk", to_base64url(mark.view()))
      .end_object();
  return signer_.sign(json);
}

}  // namespace gatehouse::tokens
