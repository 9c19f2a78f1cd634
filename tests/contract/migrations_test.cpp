#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/embedded_file.hpp"
#include "database/schema/migrator.hpp"
#include "schema_text.hpp"
#include "support/backend.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::database {
namespace {

using Outcome = std::expected<schema::MigrationNames, schema::MigrationError>;

class MigrationsContract : public ::testing::TestWithParam<testing::BackendFactory> {
 protected:
  MigrationsContract() : backend_(GetParam().make()), schema_(backend_->provider().open_schema(io_)) {}

  // The program's migrations up to and including the one named.
  static std::vector<EmbeddedFile> files_until(std::string_view last) {
    std::vector<EmbeddedFile> files;
    for (const EmbeddedFile& file : embedded_migrations()) {
      const auto name = file.path.substr(file.path.rfind('/') + 1);
      if (name.substr(0, name.find('.')) <= last) files.push_back(file);
    }
    return files;
  }

  std::vector<std::string> all_names() const {
    std::vector<std::string> names;
    for (const auto& step : schema::plan_migrations(embedded_migrations(), schema_->dialect())) {
      names.emplace_back(step.name);
    }
    return names;
  }

  Outcome latest(schema::Migrator& migrator) { return testing::run_task(io_, migrator.latest()); }
  Outcome rollback(schema::Migrator& migrator, std::optional<std::string> to = {}) {
    return testing::run_task(io_, migrator.rollback(std::move(to)));
  }
  // Migrations that change nothing, under the names given.
  std::vector<EmbeddedFile> steps_named(const std::vector<std::string>& names) {
    const std::string folder = schema_->dialect() == Dialect::postgres ? "migrations/postgres/" : "migrations/sqlite/";
    std::vector<EmbeddedFile> files;
    for (const std::string& name : names) {
      for (const char* kind : {".up.sql", ".down.sql"}) {
        files.push_back({paths_.emplace_back(folder).append(name).append(kind), "SELECT 1;"});
      }
    }
    return files;
  }
  void run(std::string sql) { ASSERT_TRUE(testing::run_task(io_, schema_->run_script(std::move(sql)))); }
  std::string schema() { return schema_text(io_, *schema_); }

  // A user as the Express service would have written it.
  std::string insert_user(const std::string& email) const {
    const std::string now = schema_->dialect() == Dialect::postgres ? "CURRENT_TIMESTAMP" : "0";
    return "INSERT INTO users (first_name, last_name, email, created_at, updated_at) VALUES ('A', 'B', '" + email +
           "', " + now + ", " + now + ");";
  }

  testing::ManualClock clock_;
  boost::asio::io_context io_{1};
  std::unique_ptr<testing::Backend> backend_;
  std::unique_ptr<SchemaDatabase> schema_;

 private:
  std::deque<std::string> paths_;
};

TEST_P(MigrationsContract, Latest_EmptyDatabase_AppliesEverythingOnce) {
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  EXPECT_EQ(latest(migrator).value(), all_names());
  EXPECT_EQ(latest(migrator).value(), schema::MigrationNames{});
}

TEST_P(MigrationsContract, Status_BeforeAndAfter_SaysWhatIsApplied) {
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  for (const auto& line : testing::run_task(io_, migrator.status())) EXPECT_FALSE(line.applied) << line.name;
  ASSERT_TRUE(latest(migrator));
  const auto lines = testing::run_task(io_, migrator.status());
  ASSERT_EQ(lines.size(), all_names().size());
  for (const auto& line : lines) {
    EXPECT_TRUE(line.applied && line.known) << line.name;
    EXPECT_EQ(line.batch, 1) << line.name;
    EXPECT_EQ(line.applied_at, clock_.now()) << line.name;
  }
}

TEST_P(MigrationsContract, Rollback_LastBatch_LeavesTheSchemaThatWasBefore) {
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto empty = schema();
  ASSERT_TRUE(latest(migrator));
  const auto full = schema();
  auto names = all_names();
  std::ranges::reverse(names);
  EXPECT_EQ(rollback(migrator).value(), names);
  EXPECT_EQ(schema(), empty);
  ASSERT_TRUE(latest(migrator));
  EXPECT_EQ(schema(), full);
}

TEST_P(MigrationsContract, Rollback_EveryStep_RestoresTheSchemaBeforeIt) {
  const auto names = all_names();
  std::vector<std::string> schemas;
  for (const auto& name : names) {
    const auto files = files_until(name);
    schema::Migrator migrator{*schema_, files, clock_};
    ASSERT_EQ(latest(migrator).value(), schema::MigrationNames{name});
    schemas.push_back(schema());
  }
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  for (std::size_t i = names.size() - 1; i > 0; --i) {
    ASSERT_EQ(rollback(migrator, names[i - 1]).value(), schema::MigrationNames{names[i]});
    EXPECT_EQ(schema(), schemas[i - 1]) << names[i];
  }
}

TEST_P(MigrationsContract, Rollback_WithoutTarget_TakesOnlyTheLastBatch) {
  const auto files = files_until(schema::express_migrations[2]);
  {
    schema::Migrator first{*schema_, files, clock_};
    ASSERT_TRUE(latest(first));
  }
  const auto express = schema();
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto second = latest(migrator).value();
  EXPECT_EQ(second.size(), all_names().size() - 3);
  EXPECT_EQ(rollback(migrator).value().size(), second.size());
  EXPECT_EQ(schema(), express);
}

TEST_P(MigrationsContract, Rollback_UnknownTarget_IsRefused) {
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto early = rollback(migrator, "express");
  ASSERT_FALSE(early);
  ASSERT_TRUE(latest(migrator));
  const auto refused = rollback(migrator, "20990101_001_nowhere");
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<schema::UnknownTarget>(refused.error()).name, "20990101_001_nowhere");
  EXPECT_EQ(latest(migrator).value(), schema::MigrationNames{});
}

TEST_P(MigrationsContract, Rollback_BeginningOfOneName_GoesBackToThatOne) {
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  ASSERT_TRUE(latest(migrator));
  const auto undone = rollback(migrator, "20261123_003");
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->back(), "20261123_004_index_users");
}

TEST_P(MigrationsContract, Rollback_BeginningOfSeveralNames_IsRefusedWithTheirList) {
  const auto files = steps_named({"20200101_001_one", "20200102_001_two", "20200102_002_three"});
  schema::Migrator migrator{*schema_, files, clock_};
  ASSERT_TRUE(latest(migrator));
  const auto refused = rollback(migrator, "20200102");
  ASSERT_FALSE(refused);
  const auto& ambiguous = std::get<schema::AmbiguousTarget>(refused.error());
  EXPECT_EQ(ambiguous.name, "20200102");
  EXPECT_EQ(ambiguous.candidates, (std::vector<std::string>{"20200102_001_two", "20200102_002_three"}));
  EXPECT_EQ(latest(migrator).value(), schema::MigrationNames{});
}

TEST_P(MigrationsContract, Rollback_NameThatIsAnothersBeginning_GoesBackToItself) {
  const auto files = steps_named({"20200101_001_add", "20200101_001_add_more"});
  schema::Migrator migrator{*schema_, files, clock_};
  ASSERT_TRUE(latest(migrator));
  EXPECT_EQ(rollback(migrator, "20200101_001_add").value(), schema::MigrationNames{"20200101_001_add_more"});
}

TEST_P(MigrationsContract, Rollback_BeginningOfAPendingMigrationsName_IsRefused) {
  const auto applied = steps_named({"20200101_001_one"});
  {
    schema::Migrator first{*schema_, applied, clock_};
    ASSERT_TRUE(latest(first));
  }
  const auto files = steps_named({"20200101_001_one", "20200102_001_two"});
  schema::Migrator migrator{*schema_, files, clock_};
  const auto refused = rollback(migrator, "20200102");
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<schema::UnknownTarget>(refused.error()).name, "20200102");
}

TEST_P(MigrationsContract, Latest_DatabaseOfANewerProgram_IsRefused) {
  {
    schema::Migrator newer{*schema_, embedded_migrations(), clock_};
    ASSERT_TRUE(latest(newer));
  }
  const auto full = schema();
  const auto files = files_until(schema::express_migrations[2]);
  schema::Migrator older{*schema_, files, clock_};
  const auto refused = latest(older);
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<schema::UnknownApplied>(refused.error()).names.size(), all_names().size() - 3);
  EXPECT_FALSE(rollback(older));
  EXPECT_EQ(schema(), full);
}

TEST_P(MigrationsContract, Latest_EmailsDifferingOnlyInCase_StopsWithTheirList) {
  const auto files = files_until(schema::express_migrations[2]);
  {
    schema::Migrator express{*schema_, files, clock_};
    ASSERT_TRUE(latest(express));
  }
  run(insert_user("John@example.com") + insert_user("john@example.com") + insert_user("jane@example.com"));
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto refused = latest(migrator);
  ASSERT_FALSE(refused);
  const auto& failed = std::get<schema::CheckFailed>(refused.error());
  EXPECT_EQ(failed.migration, "20261123_002_add_email_key");
  EXPECT_EQ(failed.message,
            "These addresses differ only in case or in blanks around them and will be one account each. Delete or "
            "change all but one of every line:");
  EXPECT_EQ(failed.rows, std::vector<std::string>{"John@example.com, john@example.com"});
  EXPECT_EQ(failed.count, 1);

  run("DELETE FROM users WHERE email = 'John@example.com';");
  EXPECT_TRUE(latest(migrator));
}

TEST_P(MigrationsContract, Latest_ManyConflictingEmails_ListsABoundedNumber) {
  const auto files = files_until(schema::express_migrations[2]);
  {
    schema::Migrator express{*schema_, files, clock_};
    ASSERT_TRUE(latest(express));
  }
  constexpr int conflicts = 150;
  std::string script;
  for (int i = 0; i < conflicts; ++i) {
    script +=
        insert_user("a" + std::to_string(i) + "@example.com") + insert_user("A" + std::to_string(i) + "@example.com");
  }
  run(std::move(script));
  schema::Migrator migrator{*schema_, embedded_migrations(), clock_};
  const auto refused = latest(migrator);
  ASSERT_FALSE(refused);
  const auto& failed = std::get<schema::CheckFailed>(refused.error());
  EXPECT_EQ(failed.rows.size(), static_cast<std::size_t>(schema::Migrator::check_rows_max));
  EXPECT_EQ(failed.count, conflicts);
}

TEST_P(MigrationsContract, Latest_TwoProcessesAtOnce_ApplyEachStepOnce) {
  const auto other_provider = backend_->another_provider();
  const auto other_database = other_provider->open_schema(io_);
  schema::Migrator one{*schema_, embedded_migrations(), clock_};
  schema::Migrator two{*other_database, embedded_migrations(), clock_};
  int finished = 0;
  schema::MigrationNames applied;
  const auto note = [&](std::exception_ptr failure, const Outcome& names) {
    ++finished;
    if (failure) std::rethrow_exception(failure);
    ASSERT_TRUE(names);
    applied.insert(applied.end(), names->begin(), names->end());
  };
  boost::asio::co_spawn(io_, one.latest(), note);
  boost::asio::co_spawn(io_, two.latest(), note);
  ASSERT_TRUE(testing::run_until(io_, [&] { return finished == 2; })) << finished;
  std::ranges::sort(applied);
  EXPECT_EQ(applied, all_names());
}

TEST_P(MigrationsContract, Rollback_TwoProcessesAtOnce_TakeEachStepBackOnce) {
  const auto empty = schema();
  const auto other_provider = backend_->another_provider();
  const auto other_database = other_provider->open_schema(io_);
  schema::Migrator one{*schema_, embedded_migrations(), clock_};
  schema::Migrator two{*other_database, embedded_migrations(), clock_};
  ASSERT_TRUE(latest(one));
  int finished = 0;
  std::size_t undone = 0;
  const auto note = [&](std::exception_ptr failure, const Outcome& names) {
    ++finished;
    if (failure) std::rethrow_exception(failure);
    ASSERT_TRUE(names);
    undone += names->size();
  };
  boost::asio::co_spawn(io_, one.rollback({}), note);
  boost::asio::co_spawn(io_, two.rollback({}), note);
  ASSERT_TRUE(testing::run_until(io_, [&] { return finished == 2; })) << finished;
  EXPECT_EQ(undone, all_names().size());
  EXPECT_EQ(schema(), empty);
}

TEST_P(MigrationsContract, Latest_ScriptThatViolates_LeavesNothingOfIt) {
  const std::string folder = schema_->dialect() == Dialect::postgres ? "migrations/postgres/" : "migrations/sqlite/";
  const std::string up = folder + "20200101_001_broken.up.sql";
  const std::string down = folder + "20200101_001_broken.down.sql";
  const std::vector<EmbeddedFile> files{
      {down, "DROP TABLE once;"},
      {up, "CREATE TABLE once (id integer PRIMARY KEY); INSERT INTO once VALUES (1); INSERT INTO once VALUES (1);"}};
  schema::Migrator migrator{*schema_, files, clock_};
  const auto refused = latest(migrator);
  ASSERT_FALSE(refused);
  EXPECT_EQ(std::get<schema::ConstraintViolated>(refused.error()).migration, "20200101_001_broken");
  EXPECT_EQ(schema(), "");
  EXPECT_FALSE(testing::run_task(io_, migrator.status())[0].applied);
}

INSTANTIATE_TEST_SUITE_P(Databases, MigrationsContract, ::testing::ValuesIn(testing::backends()),
                         testing::backend_name);

}  // namespace
}  // namespace gatehouse::database
