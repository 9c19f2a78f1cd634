#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"

namespace gatehouse {

/// Who a request speaks for. A sealed session and a token both lead to one, once they are verified and the session
/// they stand on is known to be active.
struct Principal {
  UserId user;
  SessionId session;
  TimePoint expires_at;  ///< of what proved it: the session's or the token's

  friend bool operator==(const Principal&, const Principal&) = default;
};

}  // namespace gatehouse
