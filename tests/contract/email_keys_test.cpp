// Addresses beyond ASCII, from adoption to login: one mailbox is one account.

#include "database/schema/email_keys.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/embedded_file.hpp"
#include "schema_text.hpp"
#include "service/schema_update.hpp"
#include "support/backend.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "users/email.hpp"
#include "users/user_store.hpp"

namespace gatehouse::database {
namespace {

using Outcome = std::expected<schema::MigrationNames, schema::MigrationError>;

class EmailKeysContract : public ::testing::TestWithParam<testing::BackendFactory> {
 protected:
  EmailKeysContract()
      : backend_(GetParam().make()),
        schema_(backend_->provider().open_schema(io_)),
        database_(backend_->provider().open(io_, 1)) {}

  /// The schema from before the migration that adds the program's keys.
  void make_earlier_schema() {
    std::vector<EmbeddedFile> files;
    for (const EmbeddedFile& file : embedded_migrations()) {
      if (file.path.substr(file.path.rfind('/') + 1) < schema::EmailKeys::migration) files.push_back(file);
    }
    schema::Migrator migrator{*schema_, files, clock_};
    ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  }
  Outcome update() {
    schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
    return testing::run_task(io_, service::update_schema(*schema_, migrator));
  }
  Outcome roll_back() {
    schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
    return testing::run_task(io_, migrator.rollback("express"));
  }
  void run(std::string sql) { ASSERT_TRUE(testing::run_task(io_, schema_->run_script(std::move(sql)))); }

  /// Without a key, as the Express service, an older program or a person would insert it.
  void insert_user(const std::string& email) {
    const std::string now = schema_->dialect() == Dialect::postgres ? "CURRENT_TIMESTAMP" : "0";
    run("INSERT INTO users (first_name, last_name, email, created_at, updated_at) VALUES ('A', 'B', '" + email + "', " +
        now + ", " + now + ");");
  }
  /// The stored address of the user found by what was typed; "" if there is none.
  std::string found_by(const std::string& typed) {
    users::UserStore store{*database_};
    const auto user = testing::run_task(io_, store.find_by_email(typed));
    const auto credentials = testing::run_task(io_, store.find_credentials(typed));
    EXPECT_EQ(user.has_value(), credentials.has_value()) << typed;
    return user ? user->email : "";
  }

  testing::ManualClock clock_;
  boost::asio::io_context io_{1};
  std::unique_ptr<testing::Backend> backend_;
  std::unique_ptr<SchemaDatabase> schema_;
  std::unique_ptr<Database> database_;
};

TEST_P(EmailKeysContract, AdoptedAddressesBeyondAscii_AreFoundByAnySpelling) {
  make_earlier_schema();
  insert_user("JU\u0308RGEN@x.example");
  insert_user("anna@m\u00FCnchen.example");
  insert_user("O''Neil\\\u00FC@x.example");
  insert_user("plain@x.example");
  ASSERT_TRUE(update());
  EXPECT_EQ(found_by("j\u00FCrgen@X.example"), "JU\u0308RGEN@x.example");
  EXPECT_EQ(found_by("anna@XN--mnchen-3ya.example"), "anna@m\u00FCnchen.example");
  EXPECT_EQ(found_by("o'neil\\\u00FC@x.example"), "O'Neil\\\u00FC@x.example");
  EXPECT_EQ(found_by("PLAIN@x.example"), "plain@x.example");
  EXPECT_EQ(found_by("jurgen@x.example"), "");
}

TEST_P(EmailKeysContract, SpellingsOfOneMailbox_AreNamedBeforeAnythingChanges) {
  make_earlier_schema();
  for (const char* email : {"j\u00FCrgen@x.example", "ju\u0308rgen@x.example", "j\u00DCrgen@x.example", "ada@x.example",
                            "\uFF41da@x.example", "anna@m\u00FCnchen.example", "Anna@xn--mnchen-3ya.example",
                            "\u00FC@x.example", "nobody@x.example"}) {
    insert_user(email);
  }
  const std::string before = schema_text(io_, *schema_);
  const auto refused = update();
  ASSERT_FALSE(refused);
  const auto& failed = std::get<schema::CheckFailed>(refused.error());
  EXPECT_EQ(failed.migration, schema::EmailKeys::migration);
  EXPECT_EQ(failed.count, 3);
  EXPECT_EQ(failed.rows,
            (std::vector<std::string>{"\uFF41da@x.example, ada@x.example",
                                      "anna@m\u00FCnchen.example, Anna@xn--mnchen-3ya.example",
                                      "j\u00FCrgen@x.example, ju\u0308rgen@x.example, j\u00DCrgen@x.example"}));
  EXPECT_EQ(schema_text(io_, *schema_), before);

  run("DELETE FROM users WHERE email IN ('ada@x.example', 'Anna@xn--mnchen-3ya.example', 'ju\u0308rgen@x.example', "
      "'j\u00DCrgen@x.example')");
  EXPECT_TRUE(update());
  EXPECT_EQ(found_by("ada@x.example"), "\uFF41da@x.example");
}

TEST_P(EmailKeysContract, AddressWrittenByOthers_IsFoundAsTypedAtOnceAndByAnySpellingAfterTheNextStart) {
  ASSERT_TRUE(update());
  insert_user("JU\u0308RGEN@x.example");
  EXPECT_EQ(found_by("JU\u0308rgen@X.example"), "JU\u0308RGEN@x.example");
  EXPECT_EQ(found_by("j\u00FCrgen@x.example"), "");
  ASSERT_TRUE(update());
  EXPECT_EQ(found_by("j\u00FCrgen@x.example"), "JU\u0308RGEN@x.example");
  run("UPDATE users SET email = '\u00C9mile@x.example'");
  EXPECT_EQ(found_by("\u00C9mile@x.example"), "\u00C9mile@x.example");
  EXPECT_EQ(found_by("j\u00FCrgen@x.example"), "");
}

TEST_P(EmailKeysContract, AddressWhoseKeyIsTaken_KeepsThePlainOneAndTheOthersGetTheirs) {
  ASSERT_TRUE(update());
  insert_user("\uFF41da@x.example");
  insert_user("ada@x.example");
  insert_user("J\u00DCRGEN@x.example");
  ASSERT_TRUE(update());
  EXPECT_EQ(found_by("ada@x.example"), "ada@x.example");
  EXPECT_EQ(found_by("\uFF41da@x.example"), "ada@x.example");
  EXPECT_EQ(found_by("j\u00FCrgen@x.example"), "J\u00DCRGEN@x.example");
}

TEST_P(EmailKeysContract, MoreAddressesThanOneBatch_AllGetTheirKeys) {
  make_earlier_schema();
  std::string sql;
  for (int i = 0; i < 1'201; ++i) {
    sql += "INSERT INTO users (first_name, last_name, email, created_at, updated_at) SELECT 'A', 'B', '\u00DC" +
           std::to_string(i) + "@x.example', created_at, updated_at FROM users WHERE email = 'one@x.example';";
  }
  insert_user("one@x.example");
  run(std::move(sql));
  ASSERT_TRUE(update());
  for (int i = 0; i < 1'201; i += 100) {
    const std::string rest = std::to_string(i) + "@x.example";
    EXPECT_EQ(found_by("\u00FC" + rest), "\u00DC" + rest);
  }
}

TEST_P(EmailKeysContract, RollbackToExpressAndBack_KeepsTheAddresses) {
  make_earlier_schema();
  insert_user("J\u00DCRGEN@x.example");
  const std::string earlier = schema_text(io_, *schema_);
  ASSERT_TRUE(update());
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.rollback(std::nullopt)));
  EXPECT_EQ(schema_text(io_, *schema_), earlier);
  ASSERT_TRUE(roll_back());
  ASSERT_TRUE(update());
  EXPECT_EQ(found_by("j\u00FCrgen@x.example"), "J\u00DCRGEN@x.example");
}

INSTANTIATE_TEST_SUITE_P(Databases, EmailKeysContract, ::testing::ValuesIn(testing::backends()), testing::backend_name);

}  // namespace
}  // namespace gatehouse::database
