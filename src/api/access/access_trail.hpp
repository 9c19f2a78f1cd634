#pragma once

#include <string_view>

#include "audit/audit_store.hpp"
#include "audit/tally.hpp"
#include "base/clock.hpp"
#include "database/database.hpp"
#include "http/request.hpp"
#include "runtime/task.hpp"

namespace gatehouse::api {

/// Where the dispatcher puts on record whom it refuses.
class AccessTrail {
 public:
  virtual ~AccessTrail() = default;

  /// A refusal on its own, before it is answered: of a key that is not good, or that lacks `scope`, else empty. Both
  /// texts are static. The request outlives the coroutine. Throws what Database throws.
  [[nodiscard]] virtual Task<> record(const http::Request& request, std::string_view reason,
                                      std::string_view scope) = 0;
  /// One of many: a request without any key, or a gateway's with one that does not do. `reason` is static.
  virtual void count_refused(const http::Request& request, std::string_view reason) = 0;
  /// One of many: a request that is one too many for this policy, whose name is static.
  virtual void count_limited(const http::Request& request, std::string_view policy) = 0;
};

/// The audit trail. One per io thread; everything outlives it.
class AuditedAccess final : public AccessTrail {
 public:
  AuditedAccess(database::Database& database, audit::Tally& tally, const Clock& clock)
      : database_(database), tally_(tally), clock_(clock) {}

  [[nodiscard]] Task<> record(const http::Request& request, std::string_view reason, std::string_view scope) override;
  void count_refused(const http::Request& request, std::string_view reason) override;
  void count_limited(const http::Request& request, std::string_view policy) override;

 private:
  database::Database& database_;
  audit::Tally& tally_;
  const Clock& clock_;
};

}  // namespace gatehouse::api
