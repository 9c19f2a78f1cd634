#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>

#include "api/health.hpp"
#include "api/lifecycle.hpp"
#include "api/readiness.hpp"
#include "api/route.hpp"
#include "base/clock.hpp"
#include "config/environment.hpp"
#include "database/database.hpp"
#include "runtime/pulse.hpp"

namespace gatehouse::api {

/// What the service says about itself, without an API key: a greeting, its health, its interface's description.
/// One per io thread.
class ServiceRoutes {
 public:
  /// Everything outlives the routes.
  struct Parts {
    database::Database& database;
    Health& health;
    const Readiness& readiness;
    const runtime::Pulse& pulse;
    const Lifecycle& lifecycle;
    const Clock& clock;
    config::Environment environment;
    std::string_view openapi;  ///< the text of api/openapi.yaml
  };

  explicit ServiceRoutes(const Parts& parts);

  bool greet(const http::Request& request, http::Answer& answer);
  Task<> describe(const http::Request& request, http::Answer& answer);
  Task<> report_health(const http::Request& request, http::Answer& answer);
  /// Whether it should be sent requests.
  bool report_readiness(const http::Request& request, http::Answer& answer);
  /// Whether it runs at all: its event loops turn.
  bool report_life(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<ServiceRoutes>{{http::Method::get, "/", "getGreeting", Access::open()}, &ServiceRoutes::greet},
      Route<ServiceRoutes>{{http::Method::get, "/openapi.yaml", "getDescription", Access::open()},
                           &ServiceRoutes::describe},
      Route<ServiceRoutes>{{http::Method::get, "/health", "getHealth", Access::open()}, &ServiceRoutes::report_health},
      Route<ServiceRoutes>{{http::Method::get, "/health/ready", "getReadiness", Access::open()},
                           &ServiceRoutes::report_readiness},
      Route<ServiceRoutes>{{http::Method::get, "/health/live", "getLife", Access::open()}, &ServiceRoutes::report_life},
  };

 private:
  const Parts parts_;
  const std::string description_tag_;
  const std::string description_headers_;
  const std::chrono::steady_clock::time_point started_;
};

}  // namespace gatehouse::api
