#pragma once

#include <array>

#include "api/audit_cursor.hpp"
#include "api/route.hpp"
#include "audit/audit_store.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"

namespace gatehouse::api {

/// `/audit`: what happened. One per io thread.
class AuditRoutes {
 public:
  /// Everything outlives the routes.
  AuditRoutes(database::Database& database, const Clock& clock, const AuditCursor& cursor, crypto::Random& random)
      : events_(database), clock_(clock), cursor_(&cursor), random_(random) {}

  /// Switches to another cursor, which replaces the previous one.
  void use(const AuditCursor& cursor) { cursor_ = &cursor; }

  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> export_all(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<AuditRoutes>{{http::Method::get, "/audit", "listEvents", Access::scope(Scope::audit_read)},
                         &AuditRoutes::list},
      Route<AuditRoutes>{{http::Method::get, "/audit/export", "exportEvents", Access::scope(Scope::audit_read)},
                         &AuditRoutes::export_all},
  };

 private:
  audit::AuditStore events_;
  const Clock& clock_;
  const AuditCursor* cursor_;
  crypto::Random& random_;
};

}  // namespace gatehouse::api
