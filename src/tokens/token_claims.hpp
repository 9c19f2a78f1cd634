#pragma once

#include <optional>

#include "base/ids.hpp"
#include "base/session_mark.hpp"
#include "base/time.hpp"

namespace gatehouse::tokens {

/// Who a token speaks for. Only TokenVerifier makes one, so holding it means that the token's signature and claims were
/// checked. The caller has to check that its session is still active, and that the session with this id is the one that
/// the token was issued with.
struct TokenClaims {
  UserId user;
  SessionId session;
  std::optional<SessionMark> mark;  ///< nothing: a token of an earlier version
  TimePoint issued_at;
  TimePoint valid_from;  ///< the later one of `iat` and `nbf`
  TimePoint expires_at;

 private:
  friend class TokenVerifier;
  TokenClaims() = default;
};

}  // namespace gatehouse::tokens
