#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

namespace gatehouse {

/// Who a request speaks for. A sealed session and a token both yield one, once they are verified and their session is
/// known to be active.
struct Principal {
  UserId user;
  SessionId session;
  TimePoint expires_at;  ///< of the session or the token that proved it

  friend bool operator==(const Principal&, const Principal&) = default;
};

}  // namespace gatehouse
