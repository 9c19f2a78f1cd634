#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

/// Whom a token speaks for.
struct Grant {
  UserId user;
  SessionId session;
  SessionMark mark;
  std::optional<TimePoint> authenticated_at = {};  ///< when the user gave the password; nothing: now
  std::string_view client_id = {};                 ///< who asked for it: the name of an API key
  std::string_view audience = {};                  ///< one of JWT_AUDIENCE; empty: the first
  TimePoint session_ends_at = TimePoint::max();    ///< no token lives longer
};

/// Issues the tokens that logins hand out: JWTs (RFC 7519) with the claims iss, aud, sub, id, iat, exp, jti, sid, smk,
/// auth_time and amr. `sub` and `sid` are decimal text; `id` repeats the user as a number, where clients of the Express
/// service read it. `smk` is the session's mark in base64url: after a backup is restored, ids come again, marks do not.
/// `amr` is always a password (RFC 8176). With the type at+jwt there is `client_id`, too (RFC 9068 section 2.2).
/// Immutable; any thread.
class TokenIssuer {
 public:
  /// Signs with `signing` if it is not null, else with what the settings name. `random` outlives the issuer. Throws
  /// std::invalid_argument as load_token_keys does.
  TokenIssuer(const TokenSettings& settings, crypto::Random& random,
              std::shared_ptr<const jose::SigningKey> signing = nullptr);

  /// A token valid from `now`, in whole seconds, for the configured time. Throws std::runtime_error when OpenSSL fails.
  [[nodiscard]] std::string issue(const Grant& grant, TimePoint now) const;
  [[nodiscard]] std::string issue(UserId user, SessionId session, const SessionMark& mark, TimePoint now) const {
    return issue({.user = user, .session = session, .mark = mark}, now);
  }
  /// The same for a client that refreshes its tokens: its validity is shortened at random, by up to JWT_JITTER, so that
  /// clients that began together do not all come back together.
  [[nodiscard]] IssuedToken issue_to_refresh(const Grant& grant, TimePoint now) const;

 private:
  /// From when to when a token is valid.
  struct Validity {
    std::chrono::sys_seconds from;
    std::chrono::sys_seconds to;
  };
  [[nodiscard]] static Validity validity(const Grant& grant, TimePoint now, std::chrono::seconds ttl);
  [[nodiscard]] std::string issue(const Grant& grant, const Validity& validity) const;

  jose::JwsSigner signer_;
  crypto::Random& random_;
  std::chrono::seconds ttl_;
  std::chrono::seconds shortening_max_;
  TokenType type_;
  std::string issuer_;
  std::string first_audience_;
};

}  // namespace gatehouse::tokens
