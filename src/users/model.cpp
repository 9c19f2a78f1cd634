#include "users/model.hpp"

#include "base/json_text.hpp"

namespace gatehouse::users {

void append_user_json(std::string& out, const User& user) {
  out += "{\"id\":";
  out += std::to_string(user.id.value);
  out += ",\"first_name\":";
  append_json_string(out, user.first_name);
  out += ",\"last_name\":";
  append_json_string(out, user.last_name);
  out += ",\"email\":";
  append_json_string(out, user.email);
  out += ",\"created_at\":\"";
  append_iso8601(out, user.created_at);
  out += "\",\"updated_at\":\"";
  append_iso8601(out, user.updated_at);
  out += "\"}";
}

}  // namespace gatehouse::users
