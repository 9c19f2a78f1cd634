#pragma once

#include "api/access/origin.hpp"
#include "flows/letters/asker.hpp"
#include "http/request.hpp"

namespace gatehouse::api {

/// Who sends a request, in which languages they want mails that it causes, and where they are: users are not told of a
/// back end.
[[nodiscard]] inline flows::Asker asker_of(const http::Request& request) {
  flows::Asker asker{.origin = origin_of(request),
                     .languages = std::string{request.headers[http::Field::accept_language]}};
  if (!request.client.is_told && request.client.is_backend) return asker;
  asker.address = asker.origin.address;
  asker.user_agent = asker.origin.user_agent;
  return asker;
}

}  // namespace gatehouse::api
