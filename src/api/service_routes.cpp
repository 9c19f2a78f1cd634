#include "api/service_routes.hpp"

#include <array>
#include <charconv>
#include <string>

#include "database/errors.hpp"
#include "database/ping_store.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

Task<bool> is_reachable(database::Database& database) {
  try {
    co_await database::ping(database);
    co_return true;
  } catch (const database::Unavailable&) {
    co_return false;
  } catch (const database::StatementFailed&) {
    co_return false;
  }
}

/// Seconds with three decimals.
std::string seconds_text(std::chrono::duration<double> seconds) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), seconds.count(), std::chars_format::fixed, 3).ptr};
}

}  // namespace

ServiceRoutes::ServiceRoutes(database::Database& database, const Clock& clock, config::Environment environment,
                             const std::atomic<bool>& schema_ready, std::string_view openapi)
    : database_(database),
      clock_(clock),
      environment_(environment),
      schema_ready_(schema_ready),
      openapi_(openapi),
      started_(std::chrono::steady_clock::now()) {}

bool ServiceRoutes::greet(const Request& /*request*/, Answer& answer) {
  answer.send(Status::ok, R"({"name":"Gatehouse","documentation":"/openapi.yaml","health":"/health"})");
  return true;
}

bool ServiceRoutes::describe(const Request& /*request*/, Answer& answer) {
  answer.send(Status::ok, openapi_, http::MediaType::yaml);
  return true;
}

Task<> ServiceRoutes::report_health(const Request& request, Answer& answer) {
  // Probes ask every few seconds, and what makes the service unhealthy has log lines of its own.
  answer.leave_out_of_log();
  const bool reachable = co_await is_reachable(database_);
  const bool healthy = reachable && schema_ready_.load(std::memory_order_relaxed);
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("status", healthy ? "healthy" : "unhealthy");
  if (!healthy) {
    writer.member("error", reachable ? "Database schema not ready" : "Database unavailable");
    writer.member("requestId", request.id);
  }
  writer.member("timestamp", clock_.now());
  writer.key("uptime").json(seconds_text(std::chrono::steady_clock::now() - started_));
  writer.member("environment", config::to_text(environment_)).end_object();
  if (!healthy) answer.add_header("Retry-After", "1");
  answer.send(healthy ? Status::ok : Status::service_unavailable, json);
}

}  // namespace gatehouse::api
