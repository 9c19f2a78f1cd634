#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

namespace gatehouse::tokens {

/// Who a token speaks for. Only TokenVerifier makes one, so holding it means that the token's signature and claims were
/// checked. Whether its session is still active is the caller's question.
struct TokenClaims {
  UserId user;
  SessionId session;
  TimePoint issued_at;
  TimePoint valid_from;  ///< the later one of `iat` and `nbf`
  TimePoint expires_at;

 private:
  friend class TokenVerifier;
  TokenClaims() = default;
};

}  // namespace gatehouse::tokens
