#include "api/access/api_keys.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Field;
using http::Request;
using http::Status;

ApiKeys::ApiKeys(const std::vector<SecretString>& keys) {
  for (const SecretString& key : keys)
    if (!key.empty()) keys_.push_back(key.clone());
}

bool ApiKeys::admit(const Request& request, Answer& answer) const {
  const std::string_view offered = request.headers[Field::api_key];
  if (offered.empty() && request.headers.count(Field::api_key) < 2) {
    answer.refuse(Status::unauthorized, "Please provide an API key in the X-API-Key header");
    return false;
  }
  bool valid = false;
  for (const SecretString& key : keys_) valid |= key.equals(offered);
  if (valid && request.headers.count(Field::api_key) == 1) return true;
  answer.refuse(Status::unauthorized, "Invalid API key");
  return false;
}

}  // namespace gatehouse::api
