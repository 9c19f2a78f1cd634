#include "flows/account/account_flow.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "contract/login_fixture.hpp"
#include "flows/seeding/seeder.hpp"

namespace gatehouse::flows {
namespace {

using testing::ExpressRow;
using users::UserChanges;

class AccountFlowTest : public testing::LoginFixture {
 protected:
  std::expected<users::User, AccountError> update(UserId id, UserChanges changes) {
    return run(accounts_.update(id, std::move(changes), origin_));
  }

  Task<bool> logs_in(std::string email) {
    auto request = login_request(std::move(email), "correct horse");
    const auto result = co_await login_.login(std::move(request));
    co_return result.has_value();
  }
  Task<bool> is_disabled(UserId id) {
    const auto result = co_await accounts_.disable(id, origin_);
    co_return result.has_value();
  }

  /// The session of a new login, verified and remembered by the cache.
  std::string verified_session(const std::string& email, std::string_view password) {
    auto session = login(email, password).value().session;
    EXPECT_TRUE(run(sessions_.verify(session)));
    EXPECT_TRUE(cached(session));
    return session;
  }

  bool cached(const std::string& session) {
    sessions::SessionView view;
    return sessions_.verify_cached(session, view) == sessions::CachedVerdict::active;
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, AccountFlowTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(AccountFlowTest, CreatedUser_CanLogInAndOnlyAHashIsStored) {
  const auto user = create("ada@example.com", "correct horse");
  EXPECT_EQ(user.email, "ada@example.com");
  EXPECT_EQ(user.created_at, clock_.now());
  EXPECT_TRUE(login("ada@example.com", "correct horse"));
  EXPECT_TRUE(credentials("ada@example.com").password_hash->starts_with("$argon2id$"));
}

TEST_P(AccountFlowTest, CreationWhosePlaceWasTaken_CommitsNothing) {
  const idempotency::KeyedRequest request{
      .principal = "env API_KEY", .key = "k", .fingerprint = std::string(32, 'f'), .status = 201};
  idempotency::Repetitions& repetitions = capabilities_.repetitions;
  const auto slow = run(repetitions.begin(request));
  clock_.advance(idempotency::Repetitions::running_time);
  const auto next = run(repetitions.begin(request));
  const auto create_as = [this](const idempotency::Repetitions::Beginning& work, std::string email) {
    users::NewUser user{.first_name = "Ada",
                        .last_name = "Lovelace",
                        .email = std::move(email),
                        .password = SecretString{"correct horse"}};
    return run(accounts_.create(std::move(user), {.origin = origin_, .languages = {}}, {},
                                &std::get<idempotency::RepeatableWork>(work)));
  };
  ASSERT_TRUE(create_as(next, "ada@example.com"));
  const auto second = create_as(slow, "grace@example.com");
  EXPECT_EQ(second.error(), AccountError::superseded);
  EXPECT_FALSE(run(users::UserStore{*database_}.find_by_email("grace@example.com")));
}

TEST_P(AccountFlowTest, ChangeOfAnotherVersion_IsRefusedWithAllThatBelongsToIt) {
  const auto user = create("ada@example.com", "correct horse");
  const auto session = login("ada@example.com", "correct horse").value().session;
  const auto change = [&](std::vector<std::int64_t> seen) {
    UserChanges changes;
    changes.first_name = "Augusta";
    changes.password = SecretString{"another horse"};
    return run(accounts_.update(user.id, std::move(changes), origin_, std::move(seen)));
  };
  for (const std::vector<std::int64_t>& seen : {std::vector<std::int64_t>{2, 11}, {}}) {
    EXPECT_EQ(change(seen).error(), AccountError::version_mismatch);
  }
  EXPECT_TRUE(run(sessions_.verify(session)));
  EXPECT_EQ(run(accounts_.remove(user.id, origin_, std::vector<std::int64_t>{2})).error(),
            AccountError::version_mismatch);
  EXPECT_EQ(change({2, 1}).value().version, 2);
  EXPECT_FALSE(run(sessions_.verify(session)));
  EXPECT_TRUE(run(accounts_.remove(user.id, origin_, std::vector<std::int64_t>{2})));
}

TEST_P(AccountFlowTest, DisabledUser_HasNoSessionInTheDatabaseNorInTheCache) {
  const auto user = create("ada@example.com", "correct horse");
  const auto other = create("bob@example.com", "correct horse");
  const auto session = verified_session("ada@example.com", "correct horse");
  const auto kept = verified_session("bob@example.com", "correct horse");
  ASSERT_TRUE(run(accounts_.disable(user.id, origin_)));
  EXPECT_FALSE(cached(session));
  EXPECT_EQ(run(sessions_.verify(session)).error(), sessions::SessionError::not_found);
  EXPECT_TRUE(cached(kept));
  EXPECT_EQ(run(sessions_.list(other.id)).size(), 1U);
}

TEST_P(AccountFlowTest, StateOfAnUnknownUser_CannotBeChanged) {
  EXPECT_EQ(run(accounts_.disable(UserId{7}, origin_)).error(), AccountError::not_found);
  EXPECT_EQ(run(accounts_.enable(UserId{7}, origin_)).error(), AccountError::not_found);
}

// A login that had already checked the password could open a session for a user who was disabled meanwhile.
TEST_P(AccountFlowTest, LoginsBesideADisabling_LeaveNoSession) {
  const auto user = create("ada@example.com", "correct horse");
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 10; ++i) tasks.push_back(logs_in("ada@example.com"));
  tasks.push_back(is_disabled(user.id));
  EXPECT_TRUE(run_all(std::move(tasks)).back());
  EXPECT_TRUE(run(sessions_.list(user.id)).empty());
}

TEST_P(AccountFlowTest, ConcurrentCreatesOfOneEmail_HaveOneWinner) {
  std::vector<Task<std::expected<users::User, AccountError>>> tasks;
  for (int i = 0; i < 20; ++i) {
    users::NewUser user{.first_name = "Ada",
                        .last_name = "Lovelace",
                        .email = i % 2 == 0 ? "ada@example.com" : "ADA@example.com",
                        .password = SecretString{"correct horse"}};
    tasks.push_back(accounts_.create(std::move(user), {.origin = origin_, .languages = {}}));
  }
  int created = 0;
  for (const auto& result : run_all(std::move(tasks))) {
    if (result) {
      ++created;
    } else {
      EXPECT_EQ(result.error(), AccountError::email_taken);
    }
  }
  EXPECT_EQ(created, 1);
}

TEST_P(AccountFlowTest, NewName_IsInTheNextAnswer) {
  const auto user = create("ada@example.com", "correct horse");
  const auto session = verified_session("ada@example.com", "correct horse");
  UserChanges changes;
  changes.last_name = "Byron";
  clock_.advance(std::chrono::seconds{1});
  const auto updated = update(user.id, std::move(changes));
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->last_name, "Byron");
  EXPECT_EQ(updated->first_name, "Ada");
  EXPECT_EQ(updated->updated_at, clock_.now());
  EXPECT_FALSE(cached(session));
  EXPECT_EQ(run(sessions_.verify(session))->profile().last_name, "Byron");
  EXPECT_TRUE(login("ada@example.com", "correct horse")) << "the password did not change";
}

TEST_P(AccountFlowTest, NewPassword_EndsEverySessionAndTheOldPassword) {
  const auto user = create("ada@example.com", "old password");
  const auto other = create("bob@example.com", "bob's password");
  const auto first = verified_session("ada@example.com", "old password");
  const auto second = verified_session("ada@example.com", "old password");
  const auto bobs = verified_session("bob@example.com", "bob's password");
  UserChanges changes;
  changes.password = SecretString{"new password"};
  ASSERT_TRUE(update(user.id, std::move(changes)));
  for (const auto& session : {first, second}) {
    EXPECT_FALSE(cached(session));
    EXPECT_EQ(run(sessions_.verify(session)).error(), sessions::SessionError::not_found);
  }
  EXPECT_TRUE(cached(bobs));
  EXPECT_EQ(login("ada@example.com", "old password").error(), LoginError::wrong_password);
  EXPECT_TRUE(login("ada@example.com", "new password"));
}

TEST_P(AccountFlowTest, NewPassword_ForgetsTheKeptExpressHash) {
  const auto id = add_express_user("john@example.com", ExpressRow::hash, ExpressRow::salt);
  ASSERT_TRUE(login("john@example.com", ExpressRow::password));
  ASSERT_NE(kept_password(id), "");
  UserChanges changes;
  changes.password = SecretString{"new password"};
  ASSERT_TRUE(update(id, std::move(changes)));
  EXPECT_EQ(kept_password(id), "");
}

TEST_P(AccountFlowTest, NewPasswordOverAnExpressHash_ClearsTheSalt) {
  const auto id = add_express_user("john@example.com", ExpressRow::hash, ExpressRow::salt);
  UserChanges changes;
  changes.password = SecretString{"new password"};
  ASSERT_TRUE(update(id, std::move(changes)));
  EXPECT_EQ(credentials("john@example.com").salt, std::nullopt);
  EXPECT_TRUE(login("john@example.com", "new password"));
  EXPECT_EQ(login("john@example.com", ExpressRow::password).error(), LoginError::wrong_password);
}

TEST_P(AccountFlowTest, EmailOfSomebodyElse_IsTakenAndNothingChanges) {
  create("bob@example.com", "bob's password");
  const auto user = create("ada@example.com", "correct horse");
  const auto session = verified_session("ada@example.com", "correct horse");
  UserChanges changes;
  changes.email = "BOB@example.com";
  changes.first_name = "Bob";
  changes.password = SecretString{"new password"};
  EXPECT_EQ(update(user.id, std::move(changes)).error(), AccountError::email_taken);
  EXPECT_EQ(run(sessions_.verify(session))->profile().first_name, "Ada") << "all of it or nothing";
  EXPECT_TRUE(login("ada@example.com", "correct horse"));
}

TEST_P(AccountFlowTest, OwnEmailInAnotherCase_IsAllowed) {
  const auto user = create("ada@example.com", "correct horse");
  UserChanges changes;
  changes.email = "Ada@Example.com";
  const auto updated = update(user.id, std::move(changes));
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->email, "Ada@Example.com");
}

TEST_P(AccountFlowTest, UnknownUser_IsNotFound) {
  UserChanges changes;
  changes.first_name = "Ada";
  EXPECT_EQ(update(UserId{99}, std::move(changes)).error(), AccountError::not_found);
  UserChanges password;
  password.password = SecretString{"new password"};
  EXPECT_EQ(update(UserId{99}, std::move(password)).error(), AccountError::not_found);
  EXPECT_EQ(run(accounts_.remove(UserId{99}, origin_)).error(), AccountError::not_found);
}

TEST_P(AccountFlowTest, RemovedUser_IsGoneWithItsSessions) {
  const auto user = create("ada@example.com", "correct horse");
  const auto session = verified_session("ada@example.com", "correct horse");
  ASSERT_TRUE(run(accounts_.remove(user.id, origin_)));
  EXPECT_FALSE(cached(session));
  EXPECT_EQ(run(sessions_.verify(session)).error(), sessions::SessionError::not_found);
  EXPECT_EQ(login("ada@example.com", "correct horse").error(), LoginError::unknown_user);
  EXPECT_EQ(run(accounts_.remove(user.id, origin_)).error(), AccountError::not_found);
  create("ada@example.com", "another person");
}

TEST_P(AccountFlowTest, FullHashingPool_CreatesNobody) {
  testing::FullPool full{io_};
  passwords::PasswordService refused{full.pool(), passwords::PasswordSettings{}, random_, cheap};
  AccountFlow flow{*database_, refused, capabilities_.letters, clock_};
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 10; ++i) {
    users::NewUser user{.first_name = "Ada",
                        .last_name = "Lovelace",
                        .email = "ada" + std::to_string(i) + "@example.com",
                        .password = SecretString{"correct horse"}};
    tasks.push_back(testing::is_overloaded(flow.create(std::move(user), {.origin = origin_, .languages = {}})));
  }
  EXPECT_EQ(std::ranges::count(run_all(std::move(tasks)), true), 10);
  EXPECT_TRUE(run(users::UserStore{*database_}.page(std::nullopt, 100)).empty());
}

TEST_P(AccountFlowTest, SeedsOfTheProject_LogInAndStayWhenSeededAgain) {
  Seeder seeder{*database_, accounts_, audit::system_origin("seeds")};
  const auto first = run(seeder.run(embedded_seeds()));
  EXPECT_EQ(first.created, 3u);
  EXPECT_EQ(first.existing, 0u);
  EXPECT_TRUE(first.problems.empty());
  EXPECT_TRUE(login("john@example.com", "password123"));
  EXPECT_TRUE(login("jane@example.com", "password456"));
  EXPECT_TRUE(login("alice@example.com", "password789"));

  const auto hash = credentials("john@example.com").password_hash;
  const auto second = run(seeder.run(embedded_seeds()));
  EXPECT_EQ(second.created, 0u);
  EXPECT_EQ(second.existing, 3u);
  EXPECT_EQ(credentials("john@example.com").password_hash, hash);
}

TEST_P(AccountFlowTest, FaultySeeds_AreReportedWithTheirPlaceAndWithoutPasswords) {
  const std::vector<EmbeddedFile> files{
      {"seeds/a.json", "{"},
      {"seeds/b.json", "{}"},
      {"seeds/c.json",
       R"([1, {"first_name":"A"}, {"first_name":"A","last_name":"B","email":"nobody","password":"canary"},
           {"first_name":"A","last_name":"B","email":"a@b.example","password":7},
           {"first_name":"A","last_name":"B","email":"good@example.com","password":"canary"}])"}};
  Seeder seeder{*database_, accounts_, audit::system_origin("seeds")};
  const auto report = run(seeder.run(files));
  EXPECT_EQ(report.created, 1u);
  ASSERT_EQ(report.problems.size(), 6u);
  EXPECT_TRUE(report.problems[0].starts_with("seeds/a.json: "));
  EXPECT_TRUE(report.problems[1].starts_with("seeds/b.json: "));
  EXPECT_TRUE(report.problems[2].starts_with("seeds/c.json: user 1: "));
  EXPECT_EQ(report.problems[4], "seeds/c.json: user 3: email must contain exactly one @");
  for (const auto& problem : report.problems) EXPECT_FALSE(problem.contains("canary"));
}

}  // namespace
}  // namespace gatehouse::flows
