#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <string_view>

#include "api/health.hpp"
#include "api/route.hpp"
#include "base/clock.hpp"
#include "config/environment.hpp"
#include "database/database.hpp"

namespace gatehouse::api {

/// How far the process has come. Any thread.
struct Lifecycle {
  std::atomic<bool> schema_ready = false;  ///< the database has the tables this program needs
  std::atomic<bool> stopping = false;      ///< SIGTERM has come
};

/// What the service says about itself, without an API key: a greeting, its health, its interface's description.
/// One per io thread.
class ServiceRoutes {
 public:
  /// Everything outlives the routes; `openapi` is the text of api/openapi.yaml.
  ServiceRoutes(database::Database& database, Health& health, const Clock& clock, config::Environment environment,
                const Lifecycle& lifecycle, std::string_view openapi);

  bool greet(const http::Request& request, http::Answer& answer);
  bool describe(const http::Request& request, http::Answer& answer);
  Task<> report_health(const http::Request& request, http::Answer& answer);
  /// Whether it is to be sent requests.
  Task<> report_readiness(const http::Request& request, http::Answer& answer);
  /// Whether it runs at all: its io thread answers.
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
  database::Database& database_;
  Health& health_;
  const Clock& clock_;
  const config::Environment environment_;
  const Lifecycle& lifecycle_;
  const std::string_view openapi_;
  const std::chrono::steady_clock::time_point started_;
};

}  // namespace gatehouse::api
