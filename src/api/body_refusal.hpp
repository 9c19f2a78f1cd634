#pragma once

#include "api/problems.hpp"
#include "http/answer.hpp"
#include "http/body.hpp"

namespace gatehouse::api {

[[nodiscard]] constexpr const http::Problem& problem_of(const http::BodyError& error) {
  switch (error.fault) {
    case http::BodyFault::unsupported_encoding:
      return problem("unsupported_encoding");
    case http::BodyFault::unsupported_charset:
      return problem("unsupported_charset");
    case http::BodyFault::unsupported_media_type:
      return problem("unsupported_media_type");
    case http::BodyFault::invalid_json:
      return problem("invalid_json");
    case http::BodyFault::invalid_fields:
      return problem("validation_failed");
    case http::BodyFault::missing_fields:
      return *error.missing;
  }
  return problem("invalid_json");
}

/// Refuses a body that cannot be read.
inline void refuse(http::Answer& answer, const http::BodyError& error) {
  answer.refuse(problem_of(error), error.details);
}

}  // namespace gatehouse::api
