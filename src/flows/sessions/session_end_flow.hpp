#pragma once

#include <cstdint>
#include <string>

#include "audit/audit_store.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "database/database.hpp"
#include "sessions/session_service.hpp"

namespace gatehouse::flows {

/// Ends sessions before their time, and puts that on record with it. One per io thread; everything it refers to
/// outlives it. Throws what Database throws.
class SessionEndFlow {
 public:
  SessionEndFlow(database::Database& database, sessions::SessionService& sessions, const Clock& clock)
      : database_(database), sessions_(sessions), clock_(clock) {}

  /// It is no error if the session cannot be read, has expired or no longer exists.
  [[nodiscard]] Task<> log_out(std::string sealed, audit::Origin origin);
  /// False when there was none.
  [[nodiscard]] Task<bool> revoke(SessionId session, audit::Origin origin);
  /// Returns how many active sessions of the user were ended. One event covers all of them.
  [[nodiscard]] Task<std::int64_t> revoke_all(UserId user, audit::Origin origin);

 private:
  database::Database& database_;
  sessions::SessionService& sessions_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
