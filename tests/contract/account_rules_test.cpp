#include "flows/account/account_rules.hpp"

#include <gtest/gtest.h>

#include <string>

#include "login_fixture.hpp"

namespace gatehouse::flows {
namespace {

class AccountRulesTest : public testing::LoginFixture {
 protected:
  /// `field:code` of each mistake.
  static std::string text_of(const FieldErrors& errors) {
    std::string text;
    for (const FieldError& error : errors) {
      text.append(text.empty() ? "" : " ").append(error.field).append(":").append(error.code);
    }
    return text;
  }
  static users::UserChanges change_of_password(std::string_view password) {
    users::UserChanges changes;
    changes.password = SecretString{password};
    return changes;
  }
  std::string mistakes_in(UserId id, users::UserChanges& changes) {
    return text_of(run(capabilities_.account_rules.mistakes_in(id, changes)));
  }
};

TEST_P(AccountRulesTest, NewUser_HasOnePasswordMistakeBehindTheOthers) {
  users::NewUser user{.first_name = "", .last_name = "Lovelace", .email = "no", .password = SecretString{"lovelace1"}};
  EXPECT_EQ(text_of(capabilities_.account_rules.mistakes_in(user)),
            "first_name:empty email:invalid_email password:personal");
  user.password = SecretString{"analytical engine"};
  user.first_name = "Ada";
  user.email = "ada@example.com";
  EXPECT_EQ(text_of(capabilities_.account_rules.mistakes_in(user)), "");
}

TEST_P(AccountRulesTest, NewPassword_MustNotBeMadeOfTheStoredNames) {
  const UserId id = create("countess@example.com", "analytical engine").id;
  auto changes = change_of_password("countess1815");
  EXPECT_EQ(mistakes_in(id, changes), "password:personal");
  changes = change_of_password("lovelace");
  EXPECT_EQ(mistakes_in(id, changes), "password:personal");
  changes = change_of_password("difference engine");
  EXPECT_EQ(mistakes_in(id, changes), "");
}

TEST_P(AccountRulesTest, NewPassword_IsComparedWithTheNamesThatComeWithIt) {
  const UserId id = create("countess@example.com", "analytical engine").id;
  auto changes = change_of_password("lovelace1815");
  changes.last_name = "Byron";
  EXPECT_EQ(mistakes_in(id, changes), "");
  changes.last_name = "Lovelace";
  EXPECT_EQ(mistakes_in(id, changes), "password:personal");
}

TEST_P(AccountRulesTest, NobodysPassword_IsCheckedAllTheSame) {
  auto changes = change_of_password("x");
  EXPECT_EQ(mistakes_in(UserId{99}, changes), "password:too_short");
  changes = change_of_password("analytical engine");
  EXPECT_EQ(mistakes_in(UserId{99}, changes), "");
}

/// The rules apply when a password is set, never when it is checked.
TEST_P(AccountRulesTest, APasswordOlderThanTheRules_StillLogsIn) {
  create("ada@example.com", "x");
  EXPECT_TRUE(login("ada@example.com", "x"));
}

INSTANTIATE_TEST_SUITE_P(Databases, AccountRulesTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

}  // namespace
}  // namespace gatehouse::flows
