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

/// A token, and when it ends.
struct IssuedToken {
  std::string compact;  ///< JWS
  TimePoint expires_at;
};

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
  /// The same for a client that refreshes its tokens: valid up to JWT_JITTER shorter, at random, so that clients that
  /// began together do not all come back together.
  [[nodiscard]] IssuedToken issue_to_refresh(UserId user, SessionId session, const SessionMark& mark,
                                             TimePoint now) const;

 private:
  /// From when to when a token is valid.
  struct Validity {
    std::chrono::sys_seconds from;
    std::chrono::sys_seconds to;
  };
  [[nodiscard]] std::string issue(UserId user, SessionId session, const SessionMark& mark,
                                  const Validity& validity) const;

  jose::JwsSigner signer_;
  crypto::Random& random_;
  std::chrono::seconds ttl_;
  std::chrono::seconds shortening_max_;
  std::string issuer_;
  std::string audience_;
};

}  // namespace gatehouse::tokens
