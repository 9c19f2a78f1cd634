#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse {

/// What is wrong with one field of a request, as the caller sees it: `details: [{field, message, code}]`.
struct FieldError {
  std::string field;
  std::string message;    ///< for people
  std::string_view code;  ///< for programs: static, snake_case, one of those that api/openapi.yaml lists
};

using FieldErrors = std::vector<FieldError>;

}  // namespace gatehouse
