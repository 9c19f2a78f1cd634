#pragma once

#include <string_view>

#include "http/status.hpp"

namespace gatehouse::http {

/// Why a request is refused, as its client sees it. Problems are constants: their texts are static.
struct Problem {
  Status status;
  std::string_view code;  ///< for programs: snake_case, stable across versions, never with two meanings
  std::string_view text;  ///< for people
};

}  // namespace gatehouse::http
