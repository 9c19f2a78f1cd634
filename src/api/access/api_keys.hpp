#pragma once

#include <vector>

#include "api/access/access_policy.hpp"
#include "base/secret_string.hpp"

namespace gatehouse::api {

/// Lets in only callers with a key of API_KEY (header X-API-Key), with every scope. Several keys are valid at once, so
/// that they can be rotated. Immutable, any thread.
class ApiKeys final : public AccessPolicy {
 public:
  /// `tell_client`: whether a caller with such a key is believed about the client it asks for.
  explicit ApiKeys(const std::vector<SecretString>& keys, bool tell_client = true);

  /// Always has a verdict. Each key is compared in constant time.
  [[nodiscard]] std::optional<Verdict> admit_now(const http::Request& request) const override;
  [[nodiscard]] Task<Verdict> admit(const http::Request& request) const override;

 private:
  [[nodiscard]] Verdict verdict_on(const http::Request& request) const;

  std::vector<SecretString> keys_;
  bool tell_client_;
};

}  // namespace gatehouse::api
