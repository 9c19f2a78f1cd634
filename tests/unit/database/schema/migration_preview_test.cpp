#include "database/schema/migration_preview.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace gatehouse::database::schema {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

SchemaFacts large_users() {
  return {.tables = {{"users", {.rows = 1'000'000, .bytes = 100'000'000}}}, .indexes = {{"old", "users"}}};
}

MigrationPreview preview_of(std::string_view up, std::string_view down, Dialect dialect = Dialect::postgres) {
  const Migration migration{.name = "20261127_001_add_a_thing", .up = up, .down = down, .check = {}};
  auto told = preview(std::vector{migration}, large_users(), dialect);
  return std::move(told.at(0));
}

TEST(MigrationPreview, Summary_IsTheFirstSentence_OrTheName) {
  EXPECT_EQ(preview_of("-- Keeps it. More\n-- words.\nSELECT 1", "SELECT 1").summary, "Keeps it.");
  EXPECT_EQ(preview_of("-- Keeps\n-- it\nSELECT 1", "SELECT 1").summary, "Keeps it");
  EXPECT_EQ(preview_of("SELECT 1", "SELECT 1").summary, "add a thing");
}

TEST(MigrationPreview, Table_HasTheStrongestLock_TheMostWorkAndTheTimeOfAll) {
  const auto told = preview_of("CREATE INDEX i ON users (a); ALTER TABLE users ALTER COLUMN b TYPE bigint", "SELECT 1");
  ASSERT_EQ(told.tables.size(), 1u);
  EXPECT_EQ(told.tables[0].name, "users");
  EXPECT_EQ(told.tables[0].lock, TableLock::access_exclusive);
  EXPECT_EQ(told.tables[0].work, TableWork::rewrite);
  EXPECT_EQ(told.tables[0].estimate, 20s);
  EXPECT_EQ(told.tables[0].size.rows, 1'000'000);
}

TEST(MigrationPreview, IndexThatTheServiceMakes_IsToldApart) {
  const Migration migration{.name = "20261127_001_index",
                            .up = "ALTER TABLE users ADD COLUMN a bigint",
                            .down = "SELECT 1",
                            .check = {},
                            .indexes = "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON users (a)"};
  const auto told = preview(std::vector{migration}, large_users(), Dialect::postgres).at(0);
  ASSERT_EQ(told.tables.size(), 1U);
  EXPECT_EQ(told.tables[0].work, TableWork::none);
  ASSERT_EQ(told.later.size(), 1U);
  EXPECT_EQ(told.later[0].lock, TableLock::share_update_exclusive);
  EXPECT_EQ(told.later[0].work, TableWork::scan);
  EXPECT_EQ(told.later_sql, migration.indexes);
}

TEST(MigrationPreview, TableThatIsNotThereYet_IsLeftOut) {
  EXPECT_THAT(preview_of("CREATE TABLE a (b text); CREATE INDEX i ON a (b)", "DROP TABLE a").tables, IsEmpty());
}

TEST(MigrationPreview, IndexOfAnEarlierStep_IsKnownToALaterOne) {
  const std::vector<Migration> steps{
      {.name = "20261127_001_a", .up = "CREATE INDEX i ON users (a)", .down = "DROP INDEX i", .check = {}},
      {.name = "20261127_002_b", .up = "DROP INDEX i", .down = "CREATE INDEX i ON users (a)", .check = {}}};
  const auto told = preview(steps, large_users(), Dialect::postgres);
  ASSERT_EQ(told.at(1).tables.size(), 1u);
  EXPECT_EQ(told[1].tables[0].lock, TableLock::access_exclusive);
  EXPECT_EQ(told[1].tables[0].estimate, 0s);
}

TEST(MigrationPreview, Rollback_LosesWhatItDrops_ButNotWhatTheStepComputes) {
  EXPECT_THAT(preview_of("ALTER TABLE users ADD COLUMN a text", "ALTER TABLE users DROP COLUMN a").losses,
              ElementsAre("users.a"));
  EXPECT_THAT(preview_of("ALTER TABLE users ADD COLUMN a text GENERATED ALWAYS AS (b) STORED",
                         "ALTER TABLE users DROP COLUMN a")
                  .losses,
              IsEmpty());
}

TEST(MigrationPreview, ColumnThatAnotherOneReplaces_IsNoLoss) {
  EXPECT_THAT(preview_of("SELECT 1",
                         "ALTER TABLE users ADD COLUMN b text; ALTER TABLE users DROP COLUMN a; "
                         "ALTER TABLE users RENAME COLUMN b TO a")
                  .losses,
              IsEmpty());
}

TEST(MigrationPreview, TableThatIsMadeAnew_LosesItsRows) {
  EXPECT_THAT(preview_of("SELECT 1", "DROP TABLE a; CREATE TABLE a (b text)").losses, ElementsAre("rows of a"));
}

TEST(MigrationPreview, StatementThatNobodyKnows_IsSaid) {
  EXPECT_TRUE(preview_of("SELECT 1", "SELECT 1").is_understood);
  EXPECT_FALSE(preview_of("SELECT 1; VACUUM FULL users", "SELECT 1").is_understood);
}

TEST(MigrationPreview, Sqlite_HasNoLocks) {
  const auto told = preview_of("ALTER TABLE users DROP COLUMN a", "SELECT 1", Dialect::sqlite);
  ASSERT_EQ(told.tables.size(), 1u);
  EXPECT_EQ(told.tables[0].lock, TableLock::none);
  EXPECT_EQ(told.tables[0].estimate, 10s);
}

}  // namespace
}  // namespace gatehouse::database::schema
