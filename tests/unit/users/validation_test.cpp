#include "users/validation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gatehouse::users {
namespace {

NewUser valid_user() {
  return {.first_name = "Ada",
          .last_name = "Lovelace",
          .email = "ada@example.com",
          .password = SecretString{"correct horse battery staple"}};
}

std::vector<std::string> fields_of(const FieldErrors& errors) {
  std::vector<std::string> fields;
  for (const auto& error : errors) fields.push_back(error.field);
  return fields;
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

using Fields = std::vector<std::string>;

TEST(Validation, ValidUser_HasNoErrors) { EXPECT_TRUE(validate(valid_user()).empty()); }

TEST(Validation, EverythingEmpty_NamesEachFieldInOrder) {
  const auto errors = validate(NewUser{});
  EXPECT_EQ(fields_of(errors), (Fields{"first_name", "last_name", "email"}));
  for (const auto& error : errors) EXPECT_EQ(error.message, "must not be empty");
}

TEST(Validation, Names_AreBoundedTextWithoutControls) {
  const std::vector<std::pair<std::string, bool>> cases{
      {"A", true},
      {"Zo\xC3\xAB", true},
      {std::string(name_characters_max, 'x'), true},
      {std::string(name_characters_max + 1, 'x'), false},
      {repeated("\xC3\xAB", name_characters_max), true},
      {repeated("\xC3\xAB", name_characters_max + 1), false},
      {" \t ", false},
      {std::string("a\0b", 3), false},
      {"a\nb", false},
      {"a\x7f", false},
      {"\u009b31m", false},
      {"\u00a0\u00e9", true},
      {"\xFF", false},
      {"\xC3", false},
  };
  for (const auto& [name, valid] : cases) {
    NewUser user = valid_user();
    user.first_name = name;
    EXPECT_EQ(fields_of(validate(user)), valid ? Fields{} : Fields{"first_name"}) << name;
    user = valid_user();
    user.last_name = name;
    EXPECT_EQ(fields_of(validate(user)), valid ? Fields{} : Fields{"last_name"}) << name;
  }
}

TEST(Validation, Changes_OnlyPresentFieldsAreChecked) {
  EXPECT_TRUE(validate(UserChanges{}).empty());
  UserChanges changes;
  changes.email = "nobody";
  changes.first_name = "Ada";
  EXPECT_EQ(fields_of(validate(changes)), Fields{"email"});
  changes.last_name = "";
  changes.password = SecretString{};
  EXPECT_EQ(fields_of(validate(changes)), (Fields{"last_name", "email"}));
}

}  // namespace
}  // namespace gatehouse::users
