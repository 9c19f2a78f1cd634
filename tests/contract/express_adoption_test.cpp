#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/embedded_file.hpp"
#include "database/schema/migrator.hpp"
#include "schema_text.hpp"
#include "support/backend.hpp"
#include "support/manual_clock.hpp"
#include "support/plain_writes.hpp"
#include "support/run_task.hpp"
#include "support/vectors.hpp"

namespace gatehouse::database {
namespace {

constexpr Statement select_password{"adoption_select_password",
                                    "SELECT password_hash, salt FROM users WHERE email = $1"};
constexpr Statement count_sessions{"adoption_count_sessions", "SELECT count(*) FROM sessions"};
constexpr Statement count_knex{"adoption_count_knex", "SELECT count(*) FROM knex_migrations"};

// A real database of the Express service as a script.
std::string real_express_database() {
  std::string script = testing::read_vectors("express/database.sql");
  // pg_dump empties the session's search path, which would outlast the script on this connection.
  const auto setting = script.find("SELECT pg_catalog.set_config('search_path'");
  if (setting != std::string::npos) script.erase(setting, script.find('\n', setting) - setting);
  return script;
}

class ExpressAdoption : public ::testing::TestWithParam<testing::BackendFactory> {
 protected:
  ExpressAdoption() { open_another(); }

  // Replaces the database with an empty one.
  void open_another() {
    schema_.reset();
    database_.reset();
    backend_ = GetParam().make();
    database_ = backend_->provider().open(io_, 1);
    schema_ = backend_->provider().open_schema(io_);
  }

  void run(std::string sql) { ASSERT_TRUE(testing::run_task(io_, schema_->run_script(std::move(sql)))); }
  std::int64_t count(const Statement& statement) {
    return testing::run_task(io_, database_->query(statement, {}))[0].integer(0);
  }
  std::vector<schema::MigrationStatus> status(schema::Migrator& migrator) {
    return testing::run_task(io_, migrator.status());
  }

  // The Express service's database after its first `steps` migrations, as Knex leaves it.
  void make_express_database(std::size_t steps) {
    const bool postgres = schema_->dialect() == Dialect::postgres;
    std::string script = "CREATE TABLE knex_migrations (id " + std::string{postgres ? "serial" : "integer"} +
                         " PRIMARY KEY, name varchar(255), batch integer, migration_time " +
                         (postgres ? "timestamptz" : "integer") + ");\n";
    const auto plan = schema::plan_migrations(embedded_migrations(), schema_->dialect());
    for (std::size_t i = 0; i < steps; ++i) {
      script.append(plan[i].up);
      script += "INSERT INTO knex_migrations (name, batch) VALUES ('" + std::string{plan[i].name} + ".js', 1);\n";
    }
    run(std::move(script));
  }

  // A session as the Express service writes it, of the first user.
  std::int64_t insert_express_session() {
    static constexpr Write insert{
        "adoption_insert_session",
        "INSERT INTO sessions (user_id, expires_at, created_at, updated_at) VALUES (1, $1, $1, $1) RETURNING id",
        announces_nothing};
    Parameters parameters{clock_.now()};
    return testing::run_task(io_, testing::execute(*database_, insert, std::move(parameters))).value()[0].integer(0);
  }
  void insert_user(const std::string& email) {
    static constexpr Write insert{"adoption_insert_user",
                                  "INSERT INTO users (first_name, last_name, email, created_at, updated_at) VALUES "
                                  "('A', 'B', $1, $2, $2)",
                                  announces_nothing};
    Parameters parameters{email, clock_.now()};
    ASSERT_TRUE(testing::run_task(io_, testing::execute(*database_, insert, std::move(parameters))));
  }

  struct Password {
    std::string hash;
    std::string salt;  ///< "NULL" if there is none
  };
  Password password_of(const std::string& email) {
    Parameters parameters;
    parameters.emplace_back(email);
    const auto rows = testing::run_task(io_, database_->query(select_password, std::move(parameters)));
    return {std::string{rows[0].text(0)}, rows[0].is_null(1) ? "NULL" : std::string{rows[0].text(1)}};
  }

  testing::ManualClock clock_;
  boost::asio::io_context io_{1};
  std::unique_ptr<testing::Backend> backend_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<SchemaDatabase> schema_;
};

TEST_P(ExpressAdoption, Status_BeforeAdoption_ShowsKnexStepsAsApplied) {
  make_express_database(3);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto lines = status(migrator);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i].applied, i < 3) << lines[i].name;
    EXPECT_FALSE(lines[i].applied_at) << lines[i].name;
  }
}

TEST_P(ExpressAdoption, Latest_CompleteExpressDatabase_RunsOnlyWhatIsNew) {
  make_express_database(3);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto applied = testing::run_task(io_, migrator.latest()).value();
  const auto lines = status(migrator);
  ASSERT_EQ(applied.size(), lines.size() - 3);
  for (std::size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(lines[i].batch, i < 3 ? 1 : 2) << lines[i].name;
  EXPECT_EQ(count(count_knex), 3);
}

TEST_P(ExpressAdoption, Latest_PartialExpressDatabase_RunsTheRestAndTellsKnex) {
  for (const std::size_t steps : {1u, 2u}) {
    open_another();
    make_express_database(steps);
    schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
    const auto applied = testing::run_task(io_, migrator.latest()).value();
    EXPECT_EQ(applied.size(), status(migrator).size() - steps);
    EXPECT_EQ(applied.front(), schema::express_migrations[steps]);
    EXPECT_EQ(count(count_knex), 3);
  }
}

TEST_P(ExpressAdoption, RollbackToExpress_ThenLatest_GoesBackAndForth) {
  make_express_database(3);
  const auto express = schema_text(io_, *schema_);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto applied = testing::run_task(io_, migrator.latest()).value();
  for (int round = 0; round < 2; ++round) {
    const auto undone = testing::run_task(io_, migrator.rollback("express")).value();
    EXPECT_EQ(undone.size(), applied.size());
    EXPECT_EQ(schema_text(io_, *schema_), express);
    EXPECT_EQ(count(count_knex), 3);
    EXPECT_EQ(testing::run_task(io_, migrator.latest()).value(), applied);
  }
}

TEST_P(ExpressAdoption, Rollback_BeyondExpress_TakesTheStepsFromKnexToo) {
  make_express_database(3);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  ASSERT_TRUE(testing::run_task(io_, migrator.rollback({})));
  EXPECT_EQ(testing::run_task(io_, migrator.rollback({})).value().size(), 3u);
  EXPECT_EQ(count(count_knex), 0);
  EXPECT_EQ(testing::run_task(io_, migrator.latest()).value().size(), status(migrator).size());
}

TEST_P(ExpressAdoption, RollbackToExpress_ReplacedHashes_AreHandedBackWhereTheyWereKept) {
  make_express_database(3);
  const std::string now = schema_->dialect() == Dialect::postgres ? "CURRENT_TIMESTAMP" : "0";
  const std::string insert =
      "INSERT INTO users (first_name, last_name, email, created_at, updated_at, password_hash, salt)"
      " VALUES ('A', 'B', ";
  run(insert + "'old@example.com', " + now + ", " + now + ", 'aa', 'bb');" + insert + "'kept@example.com', " + now +
      ", " + now + ", 'cc', 'dd');" + insert + "'changed@example.com', " + now + ", " + now + ", 'ee', 'ff');");
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  run("INSERT INTO express_passwords (user_id, password_hash, salt) SELECT id, password_hash, salt FROM users WHERE "
      "email = "
      "'kept@example.com';"
      "UPDATE users SET password_hash = '$argon2id$v=19$x', salt = NULL WHERE email <> 'old@example.com';");

  ASSERT_TRUE(testing::run_task(io_, migrator.rollback("express")));
  EXPECT_EQ(password_of("old@example.com").hash, "aa");
  EXPECT_EQ(password_of("kept@example.com").hash, "cc");
  EXPECT_EQ(password_of("kept@example.com").salt, "dd");
  EXPECT_EQ(password_of("changed@example.com").hash, "$argon2id$v=19$x");
  EXPECT_EQ(password_of("changed@example.com").salt, "");

  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  EXPECT_EQ(password_of("changed@example.com").salt, "NULL");
  EXPECT_EQ(password_of("kept@example.com").salt, "dd");
}

TEST_P(ExpressAdoption, RollbackToExpress_SessionIdsBeyond32BitsWereGiven_GoesBackAndIdsGoOnWithinThem) {
  make_express_database(3);
  insert_user("john@example.com");
  const auto last_of_express = insert_express_session();
  const auto express = schema_text(io_, *schema_);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  if (schema_->dialect() == Dialect::postgres) run("SELECT setval('sessions_id_seq', 2147483648)");
  run("INSERT INTO sessions (id, user_id, expires_at, created_at, updated_at, secret_hash, absolute_expires_at) "
      "SELECT 2147483648, user_id, expires_at, created_at, updated_at, " +
      std::string{schema_->dialect() == Dialect::postgres ? "sha256('')" : "zeroblob(32)"} +
      ", expires_at FROM sessions");

  ASSERT_TRUE(testing::run_task(io_, migrator.rollback("express")));
  EXPECT_EQ(schema_text(io_, *schema_), express);
  EXPECT_GT(insert_express_session(), last_of_express);
}

TEST_P(ExpressAdoption, RollbackToExpress_SessionIdThatWasGiven_IsNotGivenAgain) {
  make_express_database(3);
  insert_user("john@example.com");
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  const auto given = insert_express_session();
  run("DELETE FROM sessions");
  ASSERT_TRUE(testing::run_task(io_, migrator.rollback("express")));
  EXPECT_GT(insert_express_session(), given);
}

// Objects that people create beside the service's own tables, and what PostgreSQL then says about the columns.
TEST_P(ExpressAdoption, Latest_SomethingDependsOnAnId_IsRefusedByNameAndChangesNothing) {
  if (schema_->dialect() != Dialect::postgres) GTEST_SKIP() << "SQLite changes no type";
  for (const auto& [made, detail] : std::vector<std::pair<std::string, std::string>>{
           {"CREATE VIEW everybody AS SELECT id, email FROM users", "on view everybody depends on column"},
           {"CREATE RULE keep AS ON DELETE TO sessions WHERE old.user_id = 1 DO INSTEAD NOTHING", "rule keep"},
           {"CREATE POLICY own ON users USING (id > 0)", "policy own"},
           {"CREATE MATERIALIZED VIEW counted AS SELECT user_id, count(*) FROM sessions GROUP BY user_id",
            "counted"}}) {
    open_another();
    make_express_database(3);
    run(made);
    const auto before = schema_text(io_, *schema_);
    schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
    const auto refused = testing::run_task(io_, migrator.latest());
    ASSERT_FALSE(refused) << made;
    const auto& refusal = std::get<schema::StatementRefused>(refused.error());
    EXPECT_EQ(refusal.migration, "20261123_001_widen_ids") << made;
    EXPECT_NE(refusal.reason.find(detail), std::string::npos) << refusal.reason;
    EXPECT_NE(refusal.remedy.find("drop what depends on the table"), std::string::npos) << refusal.remedy;
    EXPECT_EQ(schema_text(io_, *schema_), before) << made;
    EXPECT_FALSE(testing::run_task(io_, schema::read_migration_record(*schema_)).exists) << made;
  }
}

TEST_P(ExpressAdoption, Latest_LateMigrationIsRefused_LeavesTheEarlierOnesUndone) {
  make_express_database(3);
  run("CREATE TABLE leases (id integer)");
  const auto before = schema_text(io_, *schema_);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto refused = testing::run_task(io_, migrator.latest());
  ASSERT_FALSE(refused);
  const auto& refusal = std::get<schema::StatementRefused>(refused.error());
  EXPECT_EQ(refusal.migration, "20261123_006_create_leases");
  EXPECT_NE(refusal.reason.find("leases"), std::string::npos) << refusal.reason;
  EXPECT_EQ(schema_text(io_, *schema_), before);
}

TEST_P(ExpressAdoption, Latest_EmailsDifferOnlyInCase_WidensNoIds) {
  make_express_database(3);
  insert_user("John@example.com");
  insert_user("john@example.com");
  const auto before = schema_text(io_, *schema_);
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto refused = testing::run_task(io_, migrator.latest());
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<schema::CheckFailed>(refused.error()).migration, "20261123_002_add_email_key");
  EXPECT_EQ(schema_text(io_, *schema_), before);
}

TEST_P(ExpressAdoption, Latest_SequencesRenamedAndIndexesDropped_IsAdoptedAndGoesBack) {
  make_express_database(3);
  const bool postgres = schema_->dialect() == Dialect::postgres;
  if (postgres) {
    run("ALTER SEQUENCE users_id_seq RENAME TO numbers; ALTER SEQUENCE sessions_id_seq RENAME TO others;"
        "DROP INDEX users_email_index");
  }
  run("DROP INDEX users_created_at_index; DROP INDEX sessions_created_at_index");
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  ASSERT_TRUE(testing::run_task(io_, migrator.rollback("express")));
  insert_user("john@example.com");
  EXPECT_GT(insert_express_session(), 0);
}

TEST_P(ExpressAdoption, Latest_RealExpressDatabase_KeepsEveryUserAndGoesBack) {
  auto script = real_express_database();
  if (schema_->dialect() != Dialect::postgres) GTEST_SKIP() << "the Express service knew PostgreSQL only";
  run(std::move(script));
  const auto express = schema_text(io_, *schema_);
  const auto john = password_of("john@example.com");

  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  EXPECT_EQ(testing::run_task(io_, migrator.latest()).value().size(), status(migrator).size() - 3);
  EXPECT_EQ(password_of("john@example.com").hash, john.hash);
  EXPECT_EQ(password_of("john@example.com").salt, john.salt);
  EXPECT_EQ(count(count_sessions), 3);

  ASSERT_TRUE(testing::run_task(io_, migrator.rollback("express")));
  EXPECT_EQ(schema_text(io_, *schema_), express);
  EXPECT_EQ(password_of("john@example.com").hash, john.hash);
  EXPECT_EQ(count(count_sessions), 3);
}

// The first three migrations make exactly what Knex made.
TEST_P(ExpressAdoption, ExpressMigrations_OnAnEmptyDatabase_MakeTheRealExpressSchema) {
  auto script = real_express_database();
  if (schema_->dialect() != Dialect::postgres) GTEST_SKIP() << "the Express service knew PostgreSQL only";
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(testing::run_task(io_, migrator.latest()));
  ASSERT_TRUE(testing::run_task(io_, migrator.rollback("express")));
  const auto ours = schema_text(io_, *schema_);

  const auto real = GetParam().make();
  const auto real_database = real->provider().open_schema(io_);
  script += "DROP TABLE public.knex_migrations; DROP TABLE public.knex_migrations_lock;";
  ASSERT_TRUE(testing::run_task(io_, real_database->run_script(std::move(script))));
  EXPECT_EQ(ours, schema_text(io_, *real_database));
}

INSTANTIATE_TEST_SUITE_P(Databases, ExpressAdoption, ::testing::ValuesIn(testing::backends()), testing::backend_name);

}  // namespace
}  // namespace gatehouse::database
