#include "api/service_routes.hpp"

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "api/entity_tag.hpp"
#include "api/front_page.hpp"
#include "http/accept.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Field;
using http::Request;
using http::Status;

/// Seconds with three decimals.
std::string seconds_text(std::chrono::duration<double> seconds) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), seconds.count(), std::chars_format::fixed, 3).ptr};
}

}  // namespace

ServiceRoutes::ServiceRoutes(const Parts& parts)
    : parts_(parts),
      description_tag_(entity_tag_of(parts.openapi)),
      description_headers_(
          "Access-Control-Allow-Origin: *\r\nCache-Control: public, max-age=300\r\nETag: " + description_tag_ + "\r\n"),
      started_(std::chrono::steady_clock::now()) {}

bool ServiceRoutes::greet(const Request& request, Answer& answer) {
  answer.add_header("Vary", "Accept");
  if (http::accepts(request.headers[Field::accept], "text/html")) {
    answer.send_page(front_page);
    return true;
  }
  answer.send(Status::ok, R"({"name":"Gatehouse","documentation":"/openapi.yaml","health":"/health"})");
  return true;
}

/// Sends it piece by piece, so that a thousand clients that read slowly do not hold a copy each.
Task<> ServiceRoutes::describe(const Request& request, Answer& answer) {
  constexpr std::size_t piece_bytes = 16'384;
  answer.set_public_headers(description_headers_);
  if (names_entity_tag(request.headers[Field::if_none_match], description_tag_)) {
    co_return answer.send_empty(Status::not_modified);
  }
  answer.begin_stream(Status::ok, http::MediaType::yaml);
  std::string_view rest = answer.wants_body() ? parts_.openapi : std::string_view{};
  while (!rest.empty()) {
    std::string piece{rest.substr(0, piece_bytes)};
    rest.remove_prefix(piece.size());
    if (!co_await answer.write(std::move(piece))) co_return answer.abort_stream();
  }
  answer.end_stream();
}

Task<> ServiceRoutes::report_health(const Request& request, Answer& answer) {
  // Probes ask every few seconds, and whatever makes the service unhealthy has its own log lines.
  answer.leave_out_of_log();
  const Finding finding = co_await parts_.health.ask(parts_.database);
  const bool stopping = parts_.lifecycle.stopping;
  const bool healthy = finding == Finding::healthy && !stopping;
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("status", healthy ? "healthy" : stopping ? "draining" : "unhealthy");
  if (!healthy) {
    writer.member("error", stopping ? "Shutting down" : to_text(finding));
    writer.member("requestId", request.id);
  }
  writer.member("timestamp", parts_.clock.now());
  writer.key("uptime").json(seconds_text(std::chrono::steady_clock::now() - started_));
  writer.member("environment", config::to_text(parts_.environment)).end_object();
  if (!healthy) answer.add_header("Retry-After", "1");
  answer.send(healthy ? Status::ok : Status::service_unavailable, json);
}

bool ServiceRoutes::report_readiness(const Request& /*request*/, Answer& answer) {
  answer.leave_out_of_log();
  const std::string_view refusal = parts_.readiness.refusal();
  if (refusal.empty()) {
    answer.send(Status::ok, R"({"status":"ready"})");
  } else {
    answer.add_header("Retry-After", "1");
    answer.send(Status::service_unavailable, refusal);
  }
  return true;
}

bool ServiceRoutes::report_life(const Request& /*request*/, Answer& answer) {
  answer.leave_out_of_log();
  if (parts_.pulse.has_stuck_loop()) {
    answer.send(Status::service_unavailable, R"({"status":"stuck"})");
  } else {
    answer.send(Status::ok, R"({"status":"live"})");
  }
  return true;
}

}  // namespace gatehouse::api
