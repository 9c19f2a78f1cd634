#include "api/access/cors.hpp"

#include <algorithm>

namespace gatehouse::api {

using http::Answer;
using http::Field;
using http::Headers;
using http::Method;
using http::Request;
using http::Status;

namespace {

constexpr std::string_view vary_line = "Vary: Origin\r\n";

}  // namespace

Cors::Cors(const std::vector<std::string>& allowed_origins) {
  for (const std::string& origin : allowed_origins) {
    origins_.push_back({origin, "Access-Control-Allow-Origin: " + origin +
                                    "\r\n"
                                    "Access-Control-Allow-Credentials: true\r\n"
                                    "Access-Control-Expose-Headers: X-Request-Id, Link, Retry-After, RateLimit, "
                                    "RateLimit-Policy, X-Device-Token, ETag, Idempotency-Replayed\r\n" +
                                    std::string{vary_line}});
  }
}

const Cors::Origin* Cors::find(std::string_view origin) const {
  const auto found = std::ranges::find(origins_, origin, &Origin::name);
  return found == origins_.end() ? nullptr : &*found;
}

void Cors::add_headers(const Request& request, Answer& answer) const {
  if (origins_.empty()) return;
  const Origin* origin = request.headers.count(Field::origin) == 1 ? find(request.headers[Field::origin]) : nullptr;
  answer.set_cors_headers(origin == nullptr ? vary_line : std::string_view{origin->header_lines});
}

bool Cors::answer_preflight(const Request& request, Answer& answer) const {
  const Headers& headers = request.headers;
  if (request.method != Method::options || !headers.has(Field::origin) ||
      !headers.has(Field::access_control_request_method)) {
    return false;
  }
  if (headers.count(Field::origin) == 1 && find(headers[Field::origin]) != nullptr) {
    answer.add_header("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS");
    answer.add_header("Access-Control-Allow-Headers",
                      "Content-Type, Authorization, X-API-Key, X-Request-Id, X-Device-Token, If-Match, "
                      "Idempotency-Key");
    answer.add_header("Access-Control-Max-Age", "600");
  }
  answer.send_empty(Status::no_content);
  return true;
}

}  // namespace gatehouse::api
