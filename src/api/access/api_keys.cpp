#include "api/access/api_keys.hpp"

#include <string_view>

#include "api/problems.hpp"

namespace gatehouse::api {

using http::Field;
using http::Request;

ApiKeys::ApiKeys(const std::vector<SecretString>& keys, bool tell_client) : tell_client_(tell_client) {
  for (const SecretString& key : keys) {
    if (!key.empty()) keys_.push_back(key.clone());
  }
}

std::optional<Verdict> ApiKeys::admit_now(const Request& request) const { return verdict_on(request); }

Task<Verdict> ApiKeys::admit(const Request& request) const { co_return verdict_on(request); }

Verdict ApiKeys::verdict_on(const Request& request) const {
  const std::string_view offered = request.headers[Field::api_key];
  const unsigned count = request.headers.count(Field::api_key);
  if (offered.empty() && count < 2) return std::unexpected(problem("missing_api_key"));
  bool valid = false;
  for (const SecretString& key : keys_) valid |= key.equals(offered);
  if (!valid || count != 1) return std::unexpected(problem("invalid_api_key"));
  return Caller{.kind = Caller::Kind::env, .tells_client = tell_client_, .scopes = {Scope::admin}, .name = "API_KEY"};
}

}  // namespace gatehouse::api
