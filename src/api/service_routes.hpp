#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <string_view>

#include "api/route.hpp"
#include "base/clock.hpp"
#include "config/environment.hpp"
#include "database/database.hpp"

namespace gatehouse::api {

/// What the service says about itself, without an API key: a greeting, its health, its interface's description.
/// One per io thread.
class ServiceRoutes {
 public:
  /// Everything outlives the routes. `schema_ready`: the database has the tables this program needs; `openapi` is the
  /// text of api/openapi.yaml.
  ServiceRoutes(database::Database& database, const Clock& clock, config::Environment environment,
                const std::atomic<bool>& schema_ready, std::string_view openapi);

  bool greet(const http::Request& request, http::Answer& answer);
  bool describe(const http::Request& request, http::Answer& answer);
  Task<> report_health(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<ServiceRoutes>{{http::Method::get, "/", "getGreeting", Access::open()}, &ServiceRoutes::greet},
      Route<ServiceRoutes>{{http::Method::get, "/openapi.yaml", "getDescription", Access::open()},
                           &ServiceRoutes::describe},
      Route<ServiceRoutes>{{http::Method::get, "/health", "getHealth", Access::open()}, &ServiceRoutes::report_health},
  };

 private:
  database::Database& database_;
  const Clock& clock_;
  const config::Environment environment_;
  const std::atomic<bool>& schema_ready_;
  const std::string_view openapi_;
  const std::chrono::steady_clock::time_point started_;
};

}  // namespace gatehouse::api
