#pragma once

#include <atomic>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/access/access_policy.hpp"
#include "api/access/access_trail.hpp"
#include "api/access/cors.hpp"
#include "api/access/rate_limiter.hpp"
#include "api/route_table.hpp"
#include "http/responder.hpp"
#include "http/traffic.hpp"

namespace gatehouse::api {

/// Takes a request to its answer: CORS, route and access need only its header, the handler needs all of it. One per io
/// thread.
class Dispatcher final : public http::Responder {
 public:
  /// An exception that left a handler. The text holds no secrets.
  struct Failure {
    const RequestScope& request;
    std::string_view what;
    bool is_unavailable;  ///< something is unavailable or overloaded; otherwise it is a fault of the service
  };
  /// Receives each failure.
  using FailureSink = std::function<void(const Failure& failure)>;

  /// What a dispatcher is made of; everything referred to outlives it.
  struct Parts {
    const RouteTable& routes;
    const Cors& cors;
    const AccessPolicy& access;
    const RateLimiter& limiter;
    AccessTrail& trail;
    http::ThreadTraffic& traffic;
    const std::atomic<bool>& ready;  ///< false: only open routes are answered, all others with 503
    FailureSink on_failure;
    std::span<const std::string> audiences = {};  ///< that callers may have tokens for
    Scopes keyless_proxies = {};                  ///< what one of TRUSTED_PROXIES may do without a key
    bool requires_https = false;  ///< refuses requests that others on the way could read, except health checks
    limits::SharedLimits* shared_limits = nullptr;  ///< these charge routes' own policies; null: this process does
  };

  explicit Dispatcher(Parts parts) : parts_(std::move(parts)) {}

  /// Refuses a caller whom the access policy's admit_now() or a rate limit refuses; if that must be recorded first,
  /// finish() refuses. Open and relayed routes have no use for a body.
  [[nodiscard]] http::Admission admit(http::Request& request, http::Answer& answer) override;

  [[nodiscard]] bool begin(http::Request& request, http::Answer& answer) override;

  /// Awaits the verdict on the caller if admit() had none, or the record of a refusal, runs the handler, and turns what
  /// it throws into an answer: database::Unavailable and passwords::HashingOverloaded into 503, database::Unstorable
  /// into 400, all else into 500.
  [[nodiscard]] Task<> finish(http::Request& request, http::Answer& answer) override;

  void refuse_unreadable(http::Status status, const http::Request& request, http::Answer& answer) override;
  void turn_away(const http::Request& request, http::Answer& answer) override;

 private:
  [[nodiscard]] const RouteInfo* route_in_any_spelling(const http::Request& request) const;
  [[nodiscard]] bool is_exposed(const http::Request& request) const;
  [[nodiscard]] bool is_relayed(const http::Request& request) const;
  [[nodiscard]] bool is_open(const http::Request& request) const;
  [[nodiscard]] std::optional<Caller> keyless_proxy(const http::Request& request) const;
  [[nodiscard]] std::optional<Verdict> verdict_now(const http::Request& request) const;
  /// Why a request is refused, for the audit trail and for its answer.
  struct Objection {
    http::Problem problem;
    std::string_view scope;  ///< the missing one, if that is the reason
  };
  [[nodiscard]] std::optional<Objection> objection(const Verdict& verdict, const http::Request& request) const;
  [[nodiscard]] bool is_recorded_first(const Verdict& verdict, const http::Request& request) const;
  [[nodiscard]] bool knows_audience(const http::Request& request) const;
  bool is_within_limits(const Verdict& verdict, http::Request& request, http::Answer& answer) const;
  bool let_in(const Verdict& verdict, http::Request& request, http::Answer& answer) const;
  Task<bool> let_in_on_record(const Verdict& verdict, http::Request& request, http::Answer& answer) const;
  [[nodiscard]] bool charge(const http::Request& request, const RateLimiter::Asked& asked, http::Answer& answer) const;
  [[nodiscard]] bool awaits_charge(const http::Request& request) const;
  Task<bool> charge_shared(const http::Request& request, http::Answer& answer, limits::SharedLimits*& charged) const;
  [[nodiscard]] const RouteInfo* route_of(const http::Request& request) const;
  bool is_refused_as_not_ready(http::Answer& answer) const;
  bool answer_at_once(const http::Request& request, http::Answer& answer) const;
  void answer_unrouted(const http::Request& request, http::Answer& answer) const;
  static void answer_misspelt(const http::Router::Spelling& right, const http::Request& request, http::Answer& answer);
  Task<> run(http::Request& request, http::Answer& answer);
  void answer_failure(std::string_view what, bool retry, const http::Request& request, http::Answer& answer) const;

  Parts parts_;
};

}  // namespace gatehouse::api
