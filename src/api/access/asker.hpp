#pragma once

#include "api/access/origin.hpp"
#include "flows/letters/asker.hpp"
#include "http/request.hpp"

namespace gatehouse::api {

/// Who sends a request, and in which languages they want mails that it causes.
[[nodiscard]] inline flows::Asker asker_of(const http::Request& request) {
  return {.origin = origin_of(request), .languages = std::string{request.headers[http::Field::accept_language]}};
}

}  // namespace gatehouse::api
