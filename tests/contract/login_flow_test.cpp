#include "flows/login/login_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "contract/login_fixture.hpp"
#include "support/vectors.hpp"

namespace gatehouse::flows {
namespace {

using testing::ExpressRow;

class LoginFlowTest : public testing::LoginFixture {
 protected:
  UserId add_john() { return add_express_user("john@example.com", ExpressRow::hash, ExpressRow::salt); }

  std::vector<Task<std::expected<LoginResult, LoginRefusal>>> logins(int count, const std::string& email,
                                                                     std::string_view password) {
    std::vector<Task<std::expected<LoginResult, LoginRefusal>>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(login_.login(login_request(email, password)));
    return tasks;
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, LoginFlowTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(LoginFlowTest, RightPassword_GivesTokenAndSession) {
  const auto user = create("ada@example.com", "correct horse");
  const auto result = login(" ADA@example.com", "correct horse");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->user, user.id);
  EXPECT_EQ(result->session_expires_at, clock_.now() + testing::test_settings().sessions.ttl);
  EXPECT_TRUE(run(sessions_.verify(result->session)));

  const tokens::TokenVerifier& verifier = shared_.ring->verifier;
  const auto claims = verifier.verify(result->token, clock_.now());
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->user, user.id);
  EXPECT_TRUE(run(sessions_.is_active({.id = claims->session, .user = claims->user, .mark = claims->mark})));
}

TEST_P(LoginFlowTest, WrongPasswordOrUnknownUser_OpensNoSession) {
  const auto user = create("ada@example.com", "correct horse");
  for (const char* password : {"", "correct hors", "correct horse ", "Correct horse"}) {
    EXPECT_EQ(login("ada@example.com", password).error(), LoginError::wrong_password);
  }
  EXPECT_EQ(login("ada@example.com", std::string(100'000, 'x')).error(), LoginError::wrong_password);
  for (const std::string& email :
       {std::string{"bob@example.com"}, std::string{}, std::string("ada@example.com\0", 16)}) {
    EXPECT_EQ(login(email, "correct horse").error(), LoginError::unknown_user);
  }
  EXPECT_TRUE(run(sessions_.list(user.id)).empty());
}

TEST_P(LoginFlowTest, UserWithoutPassword_CannotLogIn) {
  static constexpr database::Write clear{"test_clear_password", "UPDATE users SET password_hash = NULL WHERE id = $1",
                                         database::announces_nothing};
  const auto user = create("ada@example.com", "correct horse");
  execute(clear, {user.id.value});
  EXPECT_EQ(login("ada@example.com", "correct horse").error(), LoginError::wrong_password);
  EXPECT_EQ(login("ada@example.com", "").error(), LoginError::wrong_password);
}

TEST_P(LoginFlowTest, DisabledUser_IsAWrongPasswordUntilEnabled) {
  const auto user = create("ada@example.com", "correct horse");
  ASSERT_TRUE(run(accounts_.disable(user.id, origin_)));
  EXPECT_EQ(login("ada@example.com", "correct horse").error(), LoginError::wrong_password);
  EXPECT_EQ(login("ada@example.com", "wrong").error(), LoginError::wrong_password);
  ASSERT_TRUE(run(accounts_.enable(user.id, origin_)));
  EXPECT_TRUE(login("ada@example.com", "correct horse"));
}

TEST_P(LoginFlowTest, DisabledUserWithAnOldHash_KeepsIt) {
  const auto john = add_john();
  ASSERT_TRUE(run(accounts_.disable(john, origin_)));
  EXPECT_FALSE(login("john@example.com", ExpressRow::password));
  EXPECT_EQ(credentials("john@example.com").password_hash, ExpressRow::hash);
}

TEST_P(LoginFlowTest, EachLogin_IsASessionOfItsOwn) {
  create("ada@example.com", "correct horse");
  const auto one = login("ada@example.com", "correct horse");
  const auto other = login("ada@example.com", "correct horse");
  ASSERT_TRUE(one && other);
  EXPECT_NE(one->session, other->session);
  EXPECT_NE(one->token, other->token);
  EXPECT_EQ(run(sessions_.list(one->user)).size(), 2u);
}

TEST_P(LoginFlowTest, ExpressHash_IsReplacedAfterAGoodLoginAndKept) {
  const auto id = add_john();
  const auto first = login("john@example.com", ExpressRow::password);
  ASSERT_TRUE(first);
  EXPECT_TRUE(run(sessions_.verify(first->session)));
  const auto replaced = credentials("john@example.com");
  EXPECT_TRUE(replaced.password_hash->starts_with("$argon2id$"));
  EXPECT_EQ(replaced.salt, std::nullopt);
  EXPECT_EQ(kept_password(id), std::string{ExpressRow::hash} + ":" + ExpressRow::salt);

  ASSERT_TRUE(login("john@example.com", ExpressRow::password));
  EXPECT_EQ(credentials("john@example.com").password_hash, replaced.password_hash) << "nothing left to replace";
}

TEST_P(LoginFlowTest, ExpressHashAndWrongPassword_StaysAsItIs) {
  const auto id = add_john();
  EXPECT_EQ(login("john@example.com", "password124").error(), LoginError::wrong_password);
  const auto stored = credentials("john@example.com");
  EXPECT_EQ(stored.password_hash, ExpressRow::hash);
  EXPECT_EQ(stored.salt, ExpressRow::salt);
  EXPECT_EQ(kept_password(id), "");
}

TEST_P(LoginFlowTest, OutdatedParameters_AreReplacedWithoutKeepingAnything) {
  const passwords::CostParameters cheaper{.argon2id = {.memory_kib = 16, .passes = 2}, .pbkdf2 = {.iterations = 1}};
  passwords::PasswordService former{pool_, passwords::PasswordSettings{}, random_, cheaper};
  const auto old = run(former.hash(SecretString{"correct horse"}));
  const auto id = add_user("ada@example.com", old);
  ASSERT_TRUE(login("ada@example.com", "correct horse"));
  EXPECT_NE(credentials("ada@example.com").password_hash, old);
  EXPECT_EQ(kept_password(id), "");
}

TEST_P(LoginFlowTest, ConcurrentFirstLoginsWithAnExpressHash_AllSucceed) {
  const auto id = add_john();
  const auto results = run_all(logins(8, "john@example.com", ExpressRow::password));
  std::set<std::string> sessions;
  for (const auto& result : results) {
    ASSERT_TRUE(result) << "another login's rehash is no reason to refuse";
    EXPECT_TRUE(run(sessions_.verify(result->session)));
    sessions.insert(result->session);
  }
  EXPECT_EQ(sessions.size(), results.size());
  EXPECT_EQ(kept_password(id), std::string{ExpressRow::hash} + ":" + ExpressRow::salt);
}

TEST_P(LoginFlowTest, PasswordChangeDuringLogins_LeavesNoSessionOfTheOldOne) {
  const auto user = create("ada@example.com", "old password");
  for (int round = 0; round < 10; ++round) {
    const std::string old = round == 0 ? "old password" : "password " + std::to_string(round - 1);
    auto tasks = logins(20, "ada@example.com", old);
    users::UserChanges changes;
    changes.password = SecretString{"password " + std::to_string(round)};
    tasks.insert(tasks.begin() + round * 2,
                 [](AccountFlow& accounts, UserId id,
                    users::UserChanges wanted) -> Task<std::expected<LoginResult, LoginRefusal>> {
                   audit::Origin origin;
                   const auto updated = co_await accounts.update(id, std::move(wanted), std::move(origin));
                   EXPECT_TRUE(updated);
                   co_return std::unexpected(LoginError::wrong_password);
                 }(accounts_, user.id, std::move(changes)));
    run_all(std::move(tasks));
    EXPECT_TRUE(run(sessions_.list(user.id)).empty()) << "round " << round;
  }
}

TEST_P(LoginFlowTest, UserDeletedDuringLogins_EndsThemAll) {
  const auto user = create("ada@example.com", "correct horse");
  auto tasks = logins(20, "ada@example.com", "correct horse");
  tasks.insert(tasks.begin() + 5,
               [](AccountFlow& accounts, UserId id) -> Task<std::expected<LoginResult, LoginRefusal>> {
                 audit::Origin origin;
                 const auto removed = co_await accounts.remove(id, std::move(origin));
                 EXPECT_TRUE(removed);
                 co_return std::unexpected(LoginError::wrong_password);
               }(accounts_, user.id));
  for (const auto& result : run_all(std::move(tasks))) {
    if (result) {
      EXPECT_FALSE(run(sessions_.verify(result->session)));
    }
  }
}

TEST_P(LoginFlowTest, ThousandConcurrentLogins_EachGetASession) {
  const auto user = create("ada@example.com", "correct horse");
  std::set<std::string> sessions;
  for (const auto& result : run_all(logins(1000, "ada@example.com", "correct horse"))) {
    ASSERT_TRUE(result);
    sessions.insert(result->session);
  }
  EXPECT_EQ(sessions.size(), 1000u);
  EXPECT_EQ(run(sessions_.list(user.id)).size(), 1000u);
}

TEST_P(LoginFlowTest, FullHashingPool_IsOverloadedNotWrong) {
  create("ada@example.com", "correct horse");
  testing::FullPool full{io_};
  passwords::PasswordService refused{full.pool(), passwords::PasswordSettings{}, random_, cheap};
  const service::KeySet& keys = *shared_.keys;
  PasswordCheck check{{.database = *database_,
                       .passwords = refused,
                       .tally = shared_.tally,
                       .counts = shared_.flow_counts,
                       .letters = capabilities_.letters,
                       .clock = clock_,
                       .settings = {},
                       .wait_max = std::chrono::hours{1}},
                      keys.of_passwords()};
  LoginFlow flow{{.database = *database_,
                  .passwords = check,
                  .opening = capabilities_.session_opening,
                  .counts = shared_.flow_counts,
                  .letters = capabilities_.letters,
                  .requires_verified_email = false,
                  .clock = clock_,
                  .random = random_},
                 keys.devices};
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 20; ++i) {
    tasks.push_back(testing::is_overloaded(flow.login(login_request("ada@example.com", "wrong"))));
  }
  EXPECT_EQ(std::ranges::count(run_all(std::move(tasks)), true), 20);
}

TEST_P(LoginFlowTest, VectorsOfTheExpressService_LogIn) {
  const auto document = testing::load_vectors("express/password-hashes.json");
  const auto& cases = document.at("cases").as_array();
  ASSERT_EQ(cases.size(), 200u);
  std::vector<std::string> passwords;
  std::vector<Task<std::expected<LoginResult, LoginRefusal>>> tasks;
  for (const auto& vector : cases) {
    const std::string email = "user" + std::to_string(tasks.size()) + "@example.com";
    add_express_user(email, boost::json::value_to<std::string>(vector.at("password_hash")),
                     boost::json::value_to<std::string>(vector.at("salt")));
    passwords.push_back(boost::json::value_to<std::string>(vector.at("password")));
    tasks.push_back(login_.login(login_request(email, passwords.back())));
  }
  const auto results = run_all(std::move(tasks));
  for (std::size_t i = 0; i < results.size(); ++i) {
    // The Express service refused an empty password at login, and so do we, whatever hash is stored.
    EXPECT_EQ(results[i].has_value(), !passwords[i].empty()) << "case " << i;
  }
}

}  // namespace
}  // namespace gatehouse::flows
