#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse {

/// What is wrong with one field of a request, as the caller sees it: `details: [{field, message}]`.
struct FieldError {
  std::string field;
  std::string message;
};

using FieldErrors = std::vector<FieldError>;

}  // namespace gatehouse
