#pragma once

#include <string>

#include "audit/event.hpp"
#include "http/request.hpp"

namespace gatehouse::api {

/// Who sent a request and for which client, for the events that it causes: the key's name once it is known, and the
/// address and user agent of the client that was named, or those of the connection.
[[nodiscard]] inline audit::Origin origin_of(const http::Request& request) {
  return {.kind = audit::ActorKind::key,
          .actor = std::string{request.caller.name},
          .request_id = std::string{request.id},
          .address = std::string{request.client.text},
          .user_agent = std::string{request.client.user_agent}};
}

}  // namespace gatehouse::api
