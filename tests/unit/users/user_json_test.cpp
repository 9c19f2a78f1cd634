#include <gtest/gtest.h>

#include "users/model.hpp"

namespace gatehouse::users {
namespace {

TEST(UserJson, User_HasTheListedFieldsAndNoOther) {
  const User user{.id = UserId{7},
                  .first_name = "John \"J\"",
                  .last_name = "Doe",
                  .email = "john@example.com",
                  .created_at = from_unix_us(1'737'541'800'000'000),
                  .updated_at = from_unix_us(1'737'541'800'123'456)};
  std::string json = "[";
  json::Writer writer{json};
  write_user(writer, user);
  EXPECT_EQ(json,
            "[{\"id\":7,\"first_name\":\"John \\\"J\\\"\",\"last_name\":\"Doe\",\"email\":\"john@example.com\","
            "\"created_at\":\"2025-01-22T10:30:00.000Z\",\"updated_at\":\"2025-01-22T10:30:00.123Z\"}");
}

TEST(UserChanges, NothingPresent_IsEmpty) {
  UserChanges changes;
  EXPECT_TRUE(changes.empty());
  changes.password = SecretString{"x"};
  EXPECT_FALSE(changes.empty());
}

}  // namespace
}  // namespace gatehouse::users
