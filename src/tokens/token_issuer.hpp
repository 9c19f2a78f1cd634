#pragma once

#include <chrono>
#include <string>

#include "base/ids.hpp"
#include "base/session_mark.hpp"
#include "base/time.hpp"
#include "crypto/random.hpp"
#include "jose/jws.hpp"
#include "tokens/token_settings.hpp"

namespace gatehouse::tokens {

/// Issues the tokens that logins hand out: JWTs (RFC 7519) with the claims iss, aud, sub, id, iat, exp, jti, sid and
/// smk. `sub` and `sid` are decimal text; `id` repeats the user as a number, where clients of the Express service read
/// it. `smk` is the session's mark in base64url: ids come again after a backup was restored, marks do not. Immutable;
/// any thread.
class TokenIssuer {
 public:
  /// `random` outlives the issuer. Throws std::invalid_argument as load_token_keys does.
  TokenIssuer(const TokenSettings& settings, crypto::Random& random);

  /// A token valid from `now`, whole seconds, for the configured time. Throws std::runtime_error when OpenSSL fails.
  [[nodiscard]] std::string issue(UserId user, SessionId session, const SessionMark& mark, TimePoint now) const;

 private:
  jose::JwsSigner signer_;
  crypto::Random& random_;
  std::chrono::seconds ttl_;
  std::string issuer_;
  std::string audience_;
};

}  // namespace gatehouse::tokens
