#pragma once

#include "api/problems.hpp"
#include "http/answer.hpp"
#include "http/json_fields.hpp"

namespace gatehouse::api {

[[nodiscard]] constexpr const http::Problem& problem_of(http::BodyFault fault) {
  switch (fault) {
    case http::BodyFault::unsupported_media_type:
      return problem("unsupported_media_type");
    case http::BodyFault::invalid_json:
      return problem("invalid_json");
    case http::BodyFault::invalid_fields:
      return problem("validation_failed");
  }
  return problem("invalid_json");
}

/// Refuses a body that cannot be read.
inline void refuse(http::Answer& answer, const http::BodyError& error) {
  answer.refuse(problem_of(error.fault), error.details);
}

}  // namespace gatehouse::api
