#include "users/model.hpp"

namespace gatehouse::users {

void write_user(json::Writer& writer, const User& user) {
  writer.begin_object()
      .member("id", user.id)
      .member("first_name", user.first_name)
      .member("last_name", user.last_name)
      .member("email", user.email)
      .member("created_at", user.created_at)
      .member("updated_at", user.updated_at)
      .end_object();
}

}  // namespace gatehouse::users
