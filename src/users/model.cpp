#include "users/model.hpp"

namespace gatehouse::users {

void write_user(json::Writer& writer, const User& user) {
  writer.begin_object();
  write_user_members(writer, user);
  writer.end_object();
}

void write_user_members(json::Writer& writer, const User& user) {
  writer.member("id", user.id)
      .member("first_name", user.first_name)
      .member("last_name", user.last_name)
      .member("email", user.email)
      .member("created_at", user.created_at)
      .member("updated_at", user.updated_at);
}

}  // namespace gatehouse::users
