#include "api/jwks_routes.hpp"

#include <algorithm>

#include "api/problems.hpp"
#include "base/text.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Field;
using http::Request;
using http::Status;

bool names_entity_tag(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  while (!if_none_match.empty()) {
    // Ours has no comma in it, so cutting at commas finds it, whatever the others hold.
    const std::size_t comma = std::min(if_none_match.find(','), if_none_match.size());
    std::string_view named = trim(if_none_match.substr(0, comma));
    if (named.starts_with("W/")) named.remove_prefix(2);
    if (named == etag) return true;
    if_none_match.remove_prefix(std::min(comma + 1, if_none_match.size()));
  }
  return false;
}

bool JwksRoutes::publish(const Request& request, Answer& answer) {
  if (!ready_.load(std::memory_order_relaxed)) {
    answer.add_header("Retry-After", "1");
    answer.refuse(problem("unavailable"));
    return true;
  }
  answer.set_public_headers(document_->header_lines());
  if (names_entity_tag(request.headers[Field::if_none_match], document_->etag())) {
    answer.send_empty(Status::not_modified);
  } else {
    answer.send(Status::ok, document_->body());
  }
  return true;
}

}  // namespace gatehouse::api
