#include "api_keys/model.hpp"

#include "api_keys/scope_list.hpp"

namespace gatehouse::api_keys {

void write_api_key(json::Writer& writer, const ApiKey& key) {
  writer.begin_object()
      .member("id", key.public_id)
      .member("name", key.name)
      .member("scopes", to_text(key.scopes))
      .member("tellsClient", key.tells_client)
      .member("createdAt", key.created_at)
      .member("createdBy", key.created_by)
      .member("expiresAt", key.expires_at)
      .member("lastUsedAt", key.last_used_at)
      .member("previousUntil", key.previous_until)
      .end_object();
}

SecretString issued_key_json(const ApiKey& key, const SecretString& secret) {
  std::string json;
  json::Writer writer{json};
  write_api_key(writer.begin_object().key("apiKey"), key);
  writer.member("secret", secret.reveal()).end_object();
  SecretString text{json};
  wipe_memory(json.data(), json.size());
  return text;
}

}  // namespace gatehouse::api_keys
