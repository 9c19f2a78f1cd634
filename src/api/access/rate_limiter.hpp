#pragma once

#include <functional>
#include <optional>

#include "api/route.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"
#include "limits/rate_limits.hpp"
#include "metrics/page.hpp"

namespace gatehouse::api {

/// Holds requests against the rate limits, and tells clients where they stand by the fields `RateLimit` and
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
  /// What the policy of a route itself says.
  struct OwnCharge {
    std::optional<limits::Policy> refused_by;
    bool is_shared = false;  ///< replicas share the budget it was made in
  };

  /// `limits` outlives the limiter. `now` is a steady clock's.
  RateLimiter(limits::RateLimits& limits, unsigned v6_prefix, std::function<limits::Instant()> now)
      : limits_(limits), v6_prefix_(v6_prefix), now_(std::move(now)) {}

  /// Charges the request to every policy that sees it. The first one that has nothing left, if one has: nothing is
  /// charged then, and the request is answered with 429.
  [[nodiscard]] std::optional<limits::Policy> charge(const http::Request& request, const Asked& asked,
                                                     http::Answer& answer) const;

  /// Charges a request that was let in with `leaves_own`, in the budgets that replicas share. Where it is refused, all
  /// of its charges are undone. Everything outlives the coroutine.
  [[nodiscard]] Task<OwnCharge> charge_own(const http::Request& request, const RouteInfo& route,
                                           limits::SharedLimits& shared, http::Answer& answer) const;

  /// After the answer: undoes what a request of this kind need not pay for, where it was charged: in `shared`, or in
  /// this process.
  void settle(const http::Request& request, const RouteInfo& route, const http::Answer& answer,
              limits::SharedLimits* shared = nullptr) const;

  /// gatehouse_client_address_unknown_total.
  void write(metrics::Page& page) const;

 private:
  limits::RateLimits& limits_;
  const unsigned v6_prefix_;  ///< of the addresses that count as one
  const std::function<limits::Instant()> now_;
  mutable metrics::Counter unknown_;  ///< requests of a back end that did not say for whom
};

}  // namespace gatehouse::api
