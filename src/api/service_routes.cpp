#include "api/service_routes.hpp"

#include <array>
#include <charconv>
#include <string>

#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

/// Seconds with three decimals.
std::string seconds_text(std::chrono::duration<double> seconds) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), seconds.count(), std::chars_format::fixed, 3).ptr};
}

}  // namespace

ServiceRoutes::ServiceRoutes(database::Database& database, Health& health, const Clock& clock,
                             config::Environment environment, const Lifecycle& lifecycle, std::string_view openapi)
    : database_(database),
      health_(health),
      clock_(clock),
      environment_(environment),
      lifecycle_(lifecycle),
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
  const std::string_view problem = co_await health_.ask(database_);
  const bool stopping = lifecycle_.stopping;
  const bool healthy = problem.empty() && !stopping;
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("status", healthy ? "healthy" : stopping ? "draining" : "unhealthy");
  if (!healthy) {
    writer.member("error", stopping ? "Shutting down" : problem);
    writer.member("requestId", request.id);
  }
  writer.member("timestamp", clock_.now());
  writer.key("uptime").json(seconds_text(std::chrono::steady_clock::now() - started_));
  writer.member("environment", config::to_text(environment_)).end_object();
  if (!healthy) answer.add_header("Retry-After", "1");
  answer.send(healthy ? Status::ok : Status::service_unavailable, json);
}

Task<> ServiceRoutes::report_readiness(const Request& /*request*/, Answer& answer) {
  answer.leave_out_of_log();
  const std::string_view problem = co_await health_.ask(database_);
  const bool stopping = lifecycle_.stopping;
  if (problem.empty() && !stopping) co_return answer.send(Status::ok, R"({"status":"ready"})");
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("status", "not ready").key("reasons").begin_array();
  if (stopping) writer.value("stopping");
  if (!problem.empty()) writer.value(Health::concerns_schema(problem) ? "schema" : "database");
  writer.end_array().end_object();
  answer.add_header("Retry-After", "1");
  answer.send(Status::service_unavailable, json);
}

bool ServiceRoutes::report_life(const Request& /*request*/, Answer& answer) {
  answer.leave_out_of_log();
  answer.send(Status::ok, R"({"status":"live"})");
  return true;
}

}  // namespace gatehouse::api
