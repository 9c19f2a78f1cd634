#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "database/database.hpp"
#include "support/backend.hpp"
#include "support/plain_writes.hpp"
#include "support/run_task.hpp"

namespace gatehouse::database {
namespace {

constexpr database::Write insert_user{"schema_insert_user",
                                      "INSERT INTO users (first_name, last_name, email, created_at, updated_at) "
                                      "VALUES ($1, 'B', $2, $3, $4) RETURNING id",
                                      database::announces_nothing};
constexpr database::Write delete_user{"schema_delete_user", "DELETE FROM users WHERE id = $1",
                                      database::announces_nothing};
constexpr database::Write insert_session{
    "schema_insert_session",
    "INSERT INTO sessions (user_id, expires_at, created_at, updated_at, secret_hash) "
    "VALUES ($1, $2, $3, $4, $5)",
    database::announces_nothing};
constexpr database::Write keep_password{
    "schema_keep_password", "INSERT INTO express_passwords (user_id, password_hash, salt) VALUES ($1, 'a', 'b')",
    database::announces_nothing};
constexpr Statement count_dependents{
    "schema_count_dependents", "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM express_passwords)"};

/// What the schema itself refuses and keeps, on every database.
class SchemaContract : public ::testing::TestWithParam<testing::BackendFactory> {
 protected:
  SchemaContract() : backend_(GetParam().make()) {
    testing::migrate(*backend_);
    database_ = backend_->provider().open(io_, 1);
  }

  std::expected<Rows, Violation> execute(const Write<void>& statement, Parameters parameters) {
    return testing::run_task(io_, testing::execute(*database_, statement, std::move(parameters)));
  }
  std::expected<Rows, Violation> add_user(std::string email, std::string first_name = "A") {
    return execute(insert_user, {std::move(first_name), std::move(email), now_, now_});
  }
  std::expected<Rows, Violation> add_session(std::int64_t user, std::string secret_hash) {
    return execute(insert_session, {user, now_, now_, now_, Blob{std::move(secret_hash)}});
  }

  const TimePoint now_ = from_unix_us(1'737'541'800'000'000);
  boost::asio::io_context io_{1};
  std::unique_ptr<testing::Backend> backend_;
  std::unique_ptr<Database> database_;
};

TEST_P(SchemaContract, Users_EmailsDifferingInAsciiCase_AreOneAddress) {
  ASSERT_TRUE(add_user("John@Example.com"));
  EXPECT_EQ(add_user("john@example.COM").error().kind, Violation::Kind::unique);
  EXPECT_EQ(add_user("John@Example.com").error().kind, Violation::Kind::unique);
}

TEST_P(SchemaContract, Users_EmailsDifferingBeyondAscii_AreTwoAddresses) {
  ASSERT_TRUE(add_user("É@example.com"));
  EXPECT_TRUE(add_user("é@example.com"));
}

TEST_P(SchemaContract, Users_TextOver255Characters_IsRefused) {
  EXPECT_TRUE(add_user("long@example.com", std::string(255, 'x')));
  EXPECT_EQ(add_user("longer@example.com", std::string(256, 'x')).error().kind, Violation::Kind::check);
}

TEST_P(SchemaContract, Users_DeletedId_IsNeverGivenAgain) {
  const std::int64_t first = add_user("a@example.com").value()[0].integer(0);
  ASSERT_TRUE(execute(delete_user, {first}));
  EXPECT_GT(add_user("a@example.com").value()[0].integer(0), first);
}

TEST_P(SchemaContract, Users_Deleted_TakeTheirSessionsAndOldPasswords) {
  const std::int64_t user = add_user("a@example.com").value()[0].integer(0);
  ASSERT_TRUE(add_session(user, std::string(32, 'h')));
  ASSERT_TRUE(execute(keep_password, {user}));
  ASSERT_TRUE(execute(delete_user, {user}));
  EXPECT_EQ(testing::run_task(io_, database_->query(count_dependents, {}))[0].integer(0), 0);
}

TEST_P(SchemaContract, Sessions_SecretHashOfAnotherLength_IsRefused) {
  const std::int64_t user = add_user("a@example.com").value()[0].integer(0);
  EXPECT_EQ(add_session(user, std::string(31, 'h')).error().kind, Violation::Kind::check);
  EXPECT_EQ(add_session(user, std::string{}).error().kind, Violation::Kind::check);
  EXPECT_TRUE(add_session(user, std::string(32, '\0')));
}

TEST_P(SchemaContract, Sessions_OfNobody_AreRefused) {
  EXPECT_EQ(add_session(1, std::string(32, 'h')).error().kind, Violation::Kind::foreign_key);
}

INSTANTIATE_TEST_SUITE_P(Databases, SchemaContract, ::testing::ValuesIn(testing::backends()), testing::backend_name);

}  // namespace
}  // namespace gatehouse::database
