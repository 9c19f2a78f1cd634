#include "api/jwks_routes.hpp"

#include "api/entity_tag.hpp"
#include "api/problems.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Field;
using http::Request;
using http::Status;

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
