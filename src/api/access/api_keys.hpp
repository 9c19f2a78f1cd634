#pragma once

#include <vector>

#include "base/secret_string.hpp"
#include "http/answer.hpp"
#include "http/request.hpp"

namespace gatehouse::api {

/// Lets only callers with an API key in (header X-API-Key). Several keys are valid at once, so that they can rotate.
class ApiKeys {
 public:
  explicit ApiKeys(const std::vector<SecretString>& keys);

  /// True for a caller with a valid key; otherwise the 401 has been answered. Each key is compared in constant time.
  [[nodiscard]] bool admit(const http::Request& request, http::Answer& answer) const;

 private:
  std::vector<SecretString> keys_;
};

}  // namespace gatehouse::api
