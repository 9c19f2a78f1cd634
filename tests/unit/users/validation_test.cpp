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

std::string with_domain(std::size_t local_bytes) { return std::string(local_bytes, 'l').append("@example.com"); }

std::string with_label(std::size_t label_bytes) {
  return std::string{"a@"}.append(label_bytes, 'b').append(".example");
}

using Fields = std::vector<std::string>;

TEST(Validation, ValidUser_HasNoErrors) { EXPECT_TRUE(validate(valid_user()).empty()); }

TEST(Validation, EverythingEmpty_NamesEachFieldInOrder) {
  const auto errors = validate(NewUser{});
  EXPECT_EQ(fields_of(errors), (Fields{"first_name", "last_name", "email", "password"}));
  for (const auto& error : errors) EXPECT_EQ(error.message, "must not be empty");
}

TEST(Validation, Names_AreBoundedTextWithoutControls) {
  const std::vector<std::pair<std::string, bool>> cases{
      {"A", true},
      {"Zo\xC3\xAB", true},
      {std::string(name_bytes_max, 'x'), true},
      {std::string(name_bytes_max + 1, 'x'), false},
      {" \t ", false},
      {std::string("a\0b", 3), false},
      {"a\nb", false},
      {"a\x7f", false},
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

TEST(Validation, Passwords_AreNeverTrimmedAndBounded) {
  const std::vector<std::pair<std::string, bool>> cases{
      {"x", true},
      {"   ", true},
      {"p\xC3\xA4ss \xF0\x9F\x94\x91", true},
      {std::string(password_bytes_max, 'x'), true},
      {std::string(password_bytes_max + 1, 'x'), false},
      {std::string("a\0b", 3), false},
      {"\xC0\x80", false},
  };
  for (const auto& [password, valid] : cases) {
    NewUser user = valid_user();
    user.password = SecretString{password};
    EXPECT_EQ(fields_of(validate(user)), valid ? Fields{} : Fields{"password"}) << password;
  }
}

TEST(Validation, Messages_NeverHoldThePassword) {
  NewUser user = valid_user();
  user.password = SecretString{std::string("canary\0secret", 13)};
  const auto errors = validate(user);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_FALSE(errors[0].message.contains("canary"));
}

TEST(Validation, Changes_OnlyPresentFieldsAreChecked) {
  EXPECT_TRUE(validate(UserChanges{}).empty());
  UserChanges changes;
  changes.email = "nobody";
  changes.first_name = "Ada";
  EXPECT_EQ(fields_of(validate(changes)), Fields{"email"});
  changes.last_name = "";
  changes.password = SecretString{};
  EXPECT_EQ(fields_of(validate(changes)), (Fields{"last_name", "email", "password"}));
}

TEST(Email, UsualAddresses_AreAccepted) {
  for (const std::string& email :
       {std::string{"john@example.com"}, std::string{"a@b"}, std::string{"o'brien+tag@mail.example.co.uk"},
        std::string{"1@2.3"}, std::string{"x@xn--bcher-kva.example"},
        std::string{"j\xC3\xBCrgen@b\xC3\xBC"
                    "cher.example"},
        with_domain(64), with_label(63), std::string{"john@EXAMPLE.com"}}) {
    EXPECT_EQ(email_problem(email).message, "") << email;
  }
}

TEST(Email, Length254_IsTheLimit) {
  std::string email = "a@";
  while (email.size() + 64 <= email_bytes_max) email.append(63, 'b').push_back('.');
  email.resize(email_bytes_max, 'c');
  EXPECT_EQ(email_problem(email).message, "");
  email.push_back('c');
  EXPECT_EQ(email_problem(email).message, "must be at most 254 bytes long");
}

TEST(Email, EverythingElse_IsRefusedWithItsReason) {
  const std::string domain_problem = "must have a valid domain after the @, such as example.com";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "must not be empty"},
      {"  ", "must not be empty"},
      {"john", "must contain exactly one @"},
      {"john@doe@example.com", "must contain exactly one @"},
      {"@example.com", "must have a name before the @"},
      {with_domain(65), "must have at most 64 bytes before the @"},
      {"john doe@example.com", "must not contain spaces"},
      {" john@example.com", "must not contain spaces"},
      {"john@example.com\n", "must not contain control characters"},
      {std::string("john@exa\0mple.com", 17), "must not contain control characters"},
      {"john@\xFF.com", "must be valid UTF-8 text"},
      {"john@", domain_problem},
      {"john@.", domain_problem},
      {"john@example.", domain_problem},
      {"john@.example", domain_problem},
      {"john@exam..ple", domain_problem},
      {"john@-example.com", domain_problem},
      {"john@example-.com", domain_problem},
      {"john@exam_ple.com", domain_problem},
      {"john@[127.0.0.1]", domain_problem},
      {with_label(64), domain_problem},
      {std::string{"john@"}.append(200, '.'), domain_problem},
  };
  for (const auto& [email, problem] : cases) EXPECT_EQ(email_problem(email).message, problem) << email;
}

TEST(EmailKey, TypedForms_MeetInOneKey) {
  for (const char* typed : {"john@example.com", "JOHN@Example.COM", "  john@example.com", "john@example.com\r\n\t "}) {
    EXPECT_EQ(email_key(typed), "john@example.com");
  }
  EXPECT_EQ(email_key(" "), "");
  EXPECT_EQ(email_key(""), "");
}

TEST(EmailKey, LettersBeyondAscii_StayAsTheDatabaseKeepsThem) {
  EXPECT_EQ(email_key("J\xC3\x9CRGEN@X.example"), "j\xC3\x9Crgen@x.example");
}

}  // namespace
}  // namespace gatehouse::users
