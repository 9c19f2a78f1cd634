#pragma once

#include <functional>
#include <optional>

#include "api/route.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"
#include "limits/rate_limits.hpp"
#include "metrics/page.hpp"

namespace gatehouse::api {

/// Checks requests against the rate limits, and tells clients where they stand in the fields `RateLimit` and
/// `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10). Any thread.
class RateLimiter {
 public:
  /// What is known of a request when it is charged.
  struct Asked {
    const RouteInfo* route;  ///< null: no route has its path and method
    bool has_good_key;
    bool needs_key;
    bool leaves_own = false;  ///< the policy of the route itself is left to charge_own()
  };
  /// The outcome of charging a route's own policy.
  struct OwnCharge {
    std::optional<limits::Policy> refused_by;
    bool is_shared = false;  ///< the charge was made in a budget that replicas share
  };

  /// `limits` outlives the limiter. `now` is a steady clock's.
  RateLimiter(limits::RateLimits& limits, unsigned v6_prefix, std::function<limits::Instant()> now)
      : limits_(limits), v6_prefix_(v6_prefix), now_(std::move(now)) {}

  /// Charges the request to every policy that applies to it. Returns the first one that has nothing left, if any;
  /// nothing is charged then, and the request is answered with 429.
  [[nodiscard]] std::optional<limits::Policy> charge(const http::Request& request, const Asked& asked,
                                                     http::Answer& answer) const;

  /// Charges a request that was let in with `leaves_own`, in the budgets that replicas share. If it is refused, all of
  /// its charges are undone. Everything outlives the coroutine.
  [[nodiscard]] Task<OwnCharge> charge_own(const http::Request& request, const RouteInfo& route,
                                           limits::SharedLimits& shared, http::Answer& answer) const;

  /// Called after the answer: undoes a charge that a request of this kind need not pay, where it was made: in `shared`,
  /// or in this process.
  void settle(const http::Request& request, const RouteInfo& route, const http::Answer& answer,
              limits::SharedLimits* shared = nullptr) const;

  /// gatehouse_client_address_unknown_total.
  void write(metrics::Page& page) const;

 private:
  limits::RateLimits& limits_;
  const unsigned v6_prefix_;  ///< IPv6 addresses that share this many leading bits count as one
  const std::function<limits::Instant()> now_;
  mutable metrics::Counter unknown_;  ///< requests of a back end that did not say for which client
};

}  // namespace gatehouse::api
