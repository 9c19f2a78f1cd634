#pragma once

#include <string>
#include <utility>

#include "api/access/origin.hpp"
#include "flows/letters/asker.hpp"
#include "http/request.hpp"
#include "sessions/model.hpp"

namespace gatehouse::api {

/// For the list of sessions.
[[nodiscard]] inline sessions::Client client_of(const http::Request& request) {
  return {.address = std::string{request.client.text}, .user_agent = std::string{request.client.user_agent}};
}

/// Who sent a request, in which languages they want mails that it causes, and where they are, unless only a back end is
/// known: users are not told of that.
[[nodiscard]] inline flows::Asker asker_of(const http::Request& request) {
  flows::Asker asker{.origin = origin_of(request),
                     .languages = std::string{request.headers[http::Field::accept_language]},
                     .audience = std::string{request.headers[http::Field::audience]}};
  if (!request.client.is_told && request.client.is_backend) return asker;
  sessions::Client client = sessions::storable(client_of(request));
  asker.address = std::move(client.address);
  asker.user_agent = std::move(client.user_agent);
  return asker;
}

}  // namespace gatehouse::api
