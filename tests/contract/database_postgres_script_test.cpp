// Migration scripts run as one transaction, one process at a time.

#include "database/schema/migrator.hpp"
#include "support/manual_clock.hpp"
#include "support/postgres_fixture.hpp"

namespace gatehouse::testing {
namespace {

using database::Violation;

class DatabasePostgresScript : public PostgresTest {
 protected:
  std::expected<void, Violation> run_script(std::string sql) {
    if (!db_) open();
    return run(schema().run_script(std::move(sql)));
  }
  database::Rows run_check(std::string sql) {
    if (!db_) open();
    return run(schema().run_check(std::move(sql)));
  }
  void let_every_statement_time_out() {
    database_->run("ALTER DATABASE " + database_->name() + " SET statement_timeout = '1min'");
  }
};

TEST_F(DatabasePostgresScript, SeveralStatements_AreCommittedTogether) {
  EXPECT_TRUE(run_script("CREATE TABLE one (id int); CREATE TABLE two (id int);\n-- the end").has_value());
  EXPECT_EQ(database_->run("SELECT count(*) FROM information_schema.tables WHERE table_name IN ('one', 'two')"), "2");
}

TEST_F(DatabasePostgresScript, BadStatement_ThrowsAndLeavesNothing) {
  EXPECT_THROW((void)run_script("CREATE TABLE one (id int); SELECT nonsense FROM nowhere"), database::StatementFailed);
  EXPECT_EQ(database_->run("SELECT count(*) FROM information_schema.tables WHERE table_name = 'one'"), "0");
}

TEST_F(DatabasePostgresScript, Violation_IsAValueAndLeavesNothing) {
  const auto result = run_script("CREATE TABLE one (id int PRIMARY KEY); INSERT INTO one VALUES (1), (1)");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, Violation::Kind::unique);
  EXPECT_EQ(database_->run("SELECT count(*) FROM information_schema.tables WHERE table_name = 'one'"), "0");
}

TEST_F(DatabasePostgresScript, ViolationAtCommit_IsAValue) {
  const auto result = run_script(
      "CREATE TABLE one (id int PRIMARY KEY); "
      "CREATE TABLE two (one int REFERENCES one (id) DEFERRABLE INITIALLY DEFERRED); INSERT INTO two VALUES (1)");
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, Violation::Kind::foreign_key);
}

TEST_F(DatabasePostgresScript, LongerThanTheQueryDeadline_IsNotCutShort) {
  settings_.query_timeout = std::chrono::seconds{1};
  EXPECT_TRUE(run_script("SELECT pg_sleep(1.5)").has_value());
}

TEST_F(DatabasePostgresScript, DatabaseWithAStatementTimeout_DoesNotCutScriptsShort) {
  let_every_statement_time_out();
  EXPECT_TRUE(run_script("CREATE TABLE one AS SELECT current_setting('statement_timeout') AS timeout;"
                         "CREATE TABLE two AS SELECT current_setting('statement_timeout') AS timeout")
                  .has_value());
  EXPECT_EQ(database_->run("SELECT one.timeout || ', ' || two.timeout FROM one, two"), "0, 0");
}

TEST_F(DatabasePostgresScript, Check_LongerThanTheQueryDeadline_IsNotCutShort) {
  settings_.query_timeout = std::chrono::seconds{1};
  EXPECT_EQ(run_check("SELECT 1 FROM pg_sleep(1.5)").size(), 1U);
}

TEST_F(DatabasePostgresScript, MigrationWhoseCheckIsLongerThanTheQueryDeadline_IsDecidedByItsCheck) {
  settings_.query_timeout = std::chrono::seconds{4};  // which still holds for the migrator's other queries
  open();
  const std::vector<EmbeddedFile> files{
      {"migrations/postgres/20200101_001_slow.up.sql", "SELECT 1;"},
      {"migrations/postgres/20200101_001_slow.down.sql", "SELECT 1;"},
      {"migrations/postgres/20200101_001_slow.check.sql", "-- Found:\nSELECT 'a row' FROM pg_sleep(4.5);\n"}};
  const ManualClock clock;
  database::schema::Migrator migrator{schema(), files, clock};
  const auto refused = run(migrator.latest());
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<database::schema::CheckFailed>(refused.error()).rows, std::vector<std::string>{"a row"});
}

TEST_F(DatabasePostgresScript, DatabaseWithAStatementTimeout_DoesNotCutChecksShort) {
  let_every_statement_time_out();
  EXPECT_EQ(run_check("SELECT current_setting('statement_timeout')")[0].text(0), "0");
}

TEST_F(DatabasePostgresScript, Check_WhoseSessionIsKilled_IsUnavailable) {
  open();
  const auto check = start(schema().run_check("SELECT 1 FROM pg_sleep(30)"));
  ASSERT_TRUE(become_active(1, "SELECT 1 FROM pg_sleep%"));
  terminate_sessions();
  ASSERT_TRUE(finish(check));
  EXPECT_EQ(check->unavailable(), database::Unavailable::Reason::connection);
}

TEST_F(DatabasePostgresScript, Check_WhoseDatabaseIsDestroyed_EndsAsStopped) {
  open();
  const auto check = start(schema().run_check("SELECT 1 FROM pg_sleep(30)"));
  ASSERT_TRUE(run_until(io_, [&] { return session_count() == 4; })) << "the pool's two, the schema's and its own";
  schema_.reset();
  ASSERT_TRUE(finish(check));
  EXPECT_EQ(check->unavailable(), database::Unavailable::Reason::stopped);
}

TEST_F(DatabasePostgresScript, ScriptsAtTheSameTime_WaitForEachOther) {
  const std::string increment =
      "CREATE TABLE IF NOT EXISTS turns (entered timestamptz, left_at timestamptz);"
      "INSERT INTO turns VALUES (clock_timestamp(), NULL); SELECT pg_sleep(0.05);"
      "UPDATE turns SET left_at = clock_timestamp() WHERE left_at IS NULL";
  open();
  const auto other = make_provider();
  const auto other_schema = other->open_schema(io_);
  std::vector<std::shared_ptr<Pending<std::expected<void, Violation>>>> scripts;
  for (int i = 0; i < 4; ++i) {
    scripts.push_back(start(schema().run_script(increment)));
    scripts.push_back(start(other_schema->run_script(increment)));
  }
  for (const auto& script : scripts) {
    ASSERT_TRUE(finish(script));
    EXPECT_TRUE(script->value && script->value->has_value());
  }
  EXPECT_EQ(database_->run("SELECT count(*) FROM turns"), "8");
  EXPECT_EQ(database_->run("SELECT count(*) FROM turns a JOIN turns b ON a.ctid <> b.ctid AND a.entered < b.left_at "
                           "AND b.entered < a.left_at"),
            "0");
}

TEST_F(DatabasePostgresScript, KilledSession_IsUnavailable) {
  open();
  const auto script = start(schema().run_script("CREATE TABLE one (id int); SELECT pg_sleep(30)"));
  ASSERT_TRUE(become_active(1, "CREATE TABLE one%"));
  terminate_sessions();
  ASSERT_TRUE(finish(script));
  EXPECT_EQ(script->unavailable(), database::Unavailable::Reason::connection);
}

}  // namespace
}  // namespace gatehouse::testing
