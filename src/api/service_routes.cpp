#include "api/service_routes.hpp"

#include <array>
#include <charconv>
#include <string>

#include "base/json_text.hpp"
#include "database/errors.hpp"
#include "database/ping_store.hpp"

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

void append_seconds(std::string& out, double seconds) {
  std::array<char, 32> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), seconds, std::chars_format::fixed, 3).ptr;
  out.append(digits.data(), end);
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
  const bool reachable = co_await is_reachable(database_);
  const bool healthy = reachable && schema_ready_.load(std::memory_order_relaxed);
  std::string json = "{\"status\":";
  if (healthy) {
    json += "\"healthy\"";
  } else {
    json += reachable ? R"("unhealthy","error":"Database schema not ready","requestId":)"
                      : R"("unhealthy","error":"Database unavailable","requestId":)";
    append_json_string(json, request.id);
  }
  json += ",\"timestamp\":\"";
  append_iso8601(json, clock_.now());
  json += "\",\"uptime\":";
  append_seconds(json, std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count());
  json += ",\"environment\":\"";
  json += config::to_text(environment_);
  json += "\"}";
  if (!healthy) answer.add_header("Retry-After", "1");
  answer.send(healthy ? Status::ok : Status::service_unavailable, json);
}

}  // namespace gatehouse::api
