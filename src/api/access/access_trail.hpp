#pragma once

#include <string_view>

#include "audit/audit_store.hpp"
#include "audit/tally.hpp"
#include "base/clock.hpp"
#include "database/database.hpp"
#include "http/request.hpp"
#include "runtime/task.hpp"

namespace gatehouse::api {

/// Where the dispatcher records the callers that it refuses.
class AccessTrail {
 public:
  virtual ~AccessTrail() = default;

  /// Records a single refusal before it is answered: of an invalid key, with an empty `scope`, or of a key that lacks
  /// `scope`. Both texts are static. The request outlives the coroutine. Throws what Database throws.
  [[nodiscard]] virtual Task<> record(const http::Request& request, std::string_view reason,
                                      std::string_view scope) = 0;
  /// Counts one of many refusals: of a request without a key, or of a gateway's with an insufficient one. `reason` is
  /// static.
  virtual void count_refused(const http::Request& request, std::string_view reason) = 0;
  /// Counts one of many requests that are too many for this policy, whose name is static.
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
