#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::sessions {

/// The generation of a session whose login asks for refresh tokens. Each refresh adds one.
inline constexpr std::int64_t first_refresh_generation = 0;

/// What somebody who has the session's secret presented.
struct PresentedRefresh {
  std::int64_t generation;
  std::optional<std::string> attempt_hash;  ///< SHA-256 of the client's name for its attempt
};

/// What becomes of a refresh token that was not rotated.
enum class RefreshVerdict {
  current,   ///< it is the newest one: only a change that came in between kept it from being rotated
  repeated,  ///< by the client that rotated it, or soon after: it gets the same successor again
  reused,    ///< two clients have it
  expired,   ///< the session's time is over
  refused,   ///< the session has no refresh tokens, or its user is disabled
};

/// Judges a token by what its session's row says; `session` has its times bounded (SessionLifetime::bounded).
///
/// A client whose answer was lost repeats its attempt under the same name, however much later. A client that gives no
/// names, or a second tab, has `grace` after the rotation. Everybody else holds a copy (RFC 9700 section 4.14.2).
[[nodiscard]] RefreshVerdict judge(const RefreshableSession& session, const PresentedRefresh& presented, TimePoint now,
                                   std::chrono::microseconds grace);

}  // namespace gatehouse::sessions
