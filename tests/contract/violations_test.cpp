// A constraint that no flow named is a fault of the service, not a fact about the user who happens to be there.

#include <gmock/gmock.h>

#include <algorithm>

#include "contract/login_fixture.hpp"

namespace gatehouse::flows {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using users::UserChanges;

class ViolationsTest : public testing::LoginFixture {
 protected:
  std::expected<users::User, AccountError> create_another(const std::string& email) {
    users::NewUser user{
        .first_name = "Bob", .last_name = "Lovelace", .email = email, .password = SecretString{"bob's password"}};
    return run(accounts_.create(std::move(user), {.origin = origin_, .languages = {}}));
  }

  std::expected<users::User, AccountError> rename(UserId id, std::string first_name) {
    UserChanges changes;
    changes.first_name = std::move(first_name);
    return run(accounts_.update(id, std::move(changes), origin_));
  }

  [[nodiscard]] bool is_postgres() const { return schema_->dialect() == database::Dialect::postgres; }
  /// What the log says of a violation, on each database.
  [[nodiscard]] ::testing::Matcher<std::string> says(const std::string& statement, const std::string& postgres,
                                                     const std::string& sqlite) const {
    return AllOf(HasSubstr(statement + ": "), HasSubstr(is_postgres() ? postgres : sqlite));
  }
};

/// The text of the ConstraintViolation that the call throws; empty if it throws none.
std::string fault_of(const auto& call) {
  try {
    (void)call();
  } catch (const database::ConstraintViolation& violated) {
    return violated.what();
  }
  return "";
}

INSTANTIATE_TEST_SUITE_P(Databases, ViolationsTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

// The right password once got 401. SQLite has no sequence to lag behind; there an operator's index refuses the row.
TEST_P(ViolationsTest, SessionsSequenceBehind_IsNoWrongPassword) {
  create("ada@example.com", "correct horse");
  ASSERT_TRUE(login("ada@example.com", "correct horse"));
  run_script("SELECT setval('sessions_id_seq', 1, false)", "CREATE UNIQUE INDEX one_each ON sessions (user_id)");
  EXPECT_THAT(fault_of([&] { return login("ada@example.com", "correct horse"); }),
              says("sessions_insert", "23505, constraint sessions_pkey", "2067, constraint sessions.user_id"));
  EXPECT_EQ(login("ada@example.com", "wrong").error(), LoginError::wrong_password);
}

// Creating a user was once answered with "Email already exists".
TEST_P(ViolationsTest, UsersSequenceBehind_IsNoTakenEmail) {
  create("ada@example.com", "correct horse");
  run_script("SELECT setval('users_id_seq', 1, false)", "CREATE UNIQUE INDEX one_family ON users (last_name)");
  EXPECT_THAT(fault_of([&] { return create_another("bob@example.com"); }),
              says("users_insert", "23505, constraint users_pkey", "2067, constraint users.last_name"));
}

// A PUT of first_name was once answered with "Email already exists".
TEST_P(ViolationsTest, CheckOfAnOperator_IsNoTakenEmail) {
  const auto user = create("ada@example.com", "correct horse");
  run_script("ALTER TABLE users ADD CONSTRAINT short_names CHECK (length(first_name) < 10)",
             "CREATE TRIGGER short_names BEFORE UPDATE ON users WHEN length(NEW.first_name) >= 10 "
             "BEGIN SELECT RAISE(ABORT, 'short_names'); END");
  EXPECT_THAT(fault_of([&] { return rename(user.id, "Augusta Ada King"); }),
              says("users_update", "23514, constraint short_names", "1811: short_names"));
  EXPECT_TRUE(rename(user.id, "Augusta"));
}

TEST_P(ViolationsTest, NotNullColumnOfAnOperator_IsNoTakenEmail) {
  run_script("ALTER TABLE users ADD COLUMN branch text NOT NULL");
  EXPECT_THAT(fault_of([&] { return create_another("bob@example.com"); }),
              says("users_insert", "23502, constraint users.branch", "1299, constraint users.branch"));
}

// DELETE once said 404 "User not found" while GET found the user.
class ReferencedUserTest : public ViolationsTest {
 protected:
  void expect_referenced(const std::string& reference) {
    const auto user = create("ada@example.com", "correct horse");
    const auto session = login("ada@example.com", "correct horse").value().session;
    run_script("CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id) " +
               reference + "); INSERT INTO orders SELECT 1, id FROM users");
    const auto removed = run(accounts_.remove(user.id, origin_));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error(), AccountError::referenced);
    EXPECT_TRUE(run(users::UserStore{*database_}.find(user.id)));
    EXPECT_TRUE(run(sessions_.verify(session))) << "nothing of it has happened";
    run_script("DELETE FROM orders");
    EXPECT_TRUE(run(accounts_.remove(user.id, origin_)));
  }

  Task<bool> removes(UserId id) {
    const auto removed = co_await accounts_.remove(id, origin_);
    co_return removed.has_value();
  }
  Task<bool> renames(UserId id, std::string first_name) {
    UserChanges changes;
    changes.first_name = std::move(first_name);
    const auto updated = co_await accounts_.update(id, std::move(changes), origin_);
    co_return updated.has_value();
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, ReferencedUserTest, ::testing::ValuesIn(testing::backends()),
                         testing::backend_name);

TEST_P(ReferencedUserTest, ByAnotherTable_IsNotNotFound) { expect_referenced(""); }

TEST_P(ReferencedUserTest, ByATableThatRestricts_IsNotNotFound) { expect_referenced("ON DELETE RESTRICT"); }

TEST_P(ReferencedUserTest, ByATableThatLooksAtTheCommit_IsNotNotFound) {
  expect_referenced("DEFERRABLE INITIALLY DEFERRED");
}

TEST_P(ReferencedUserTest, AtTheCommit_LeavesTheWritesOfOthers) {
  const auto user = create("ada@example.com", "correct horse");
  run_script(
      "CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint NOT NULL REFERENCES users (id) DEFERRABLE INITIALLY "
      "DEFERRED); INSERT INTO orders SELECT 1, id FROM users");
  std::vector<Task<bool>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(i % 5 == 0 ? removes(user.id) : renames(user.id, std::to_string(i)));
  EXPECT_EQ(std::ranges::count(run_all(std::move(tasks)), true), 16);
}

TEST_P(ViolationsTest, EmailInTheSameSpelling_IsTaken) {
  create("ada@example.com", "correct horse");
  EXPECT_EQ(create_another("ada@example.com").error(), AccountError::email_taken);
  EXPECT_EQ(create_another("ADA@example.com").error(), AccountError::email_taken);
}

}  // namespace
}  // namespace gatehouse::flows
