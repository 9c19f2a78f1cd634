#include "cli/commands/migration_plan_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace gatehouse::cli {
namespace {

using namespace std::chrono_literals;
using database::Dialect;
using database::schema::MigrationPreview;
using database::schema::TableLock;
using database::schema::TableWork;
using database::schema::TouchedTable;
using ::testing::HasSubstr;
using ::testing::Not;

MigrationPreview preview_with(std::vector<TouchedTable> tables) {
  return {.name = "20261201_001_a",
          .summary = "Adds it.",
          .sql = "SELECT 1",
          .tables = std::move(tables),
          .later_sql = {},
          .later = {},
          .losses = {}};
}

TouchedTable large_table(TableLock lock, TableWork work) {
  return {.name = "users",
          .size = {.rows = 7'000'000, .bytes = 1'250'000'000},
          .lock = lock,
          .work = work,
          .estimate = work == TableWork::none ? 0s : 125s};
}

std::string described(const MigrationPreview& migration, Dialect dialect = Dialect::postgres) {
  return describe_plan(std::vector{migration}, dialect);
}

TEST(MigrationPlanText, Plan_SaysLocksWorkAndTime) {
  EXPECT_EQ(described(preview_with({large_table(TableLock::access_exclusive, TableWork::rewrite)})),
            "1 migration would be applied:\n\n"
            "20261201_001_a: Adds it.\n"
            "  users: ACCESS EXCLUSIVE, rewritten, about 125 s (about 7000000 rows, 1250 MB)\n"
            "  a rollback loses nothing\n\n"
            "In all about 125 s, at 10 MB a second; locks last until the end. "
            "Meanwhile these wait: users (reads and writes).");
}

TEST(MigrationPlanText, WhatTheServiceMakesLater_IsSaidBesideTheRest) {
  MigrationPreview migration = preview_with({});
  migration.later = {large_table(TableLock::share_update_exclusive, TableWork::scan)};
  EXPECT_THAT(described(migration),
              HasSubstr("  later, while the service runs:  users: SHARE UPDATE EXCLUSIVE, read in full, about 125 s"));
}

TEST(MigrationPlanText, LockThatNobodyWaitsFor_IsSaidToBeNone) {
  const auto text = described(preview_with({large_table(TableLock::share_update_exclusive, TableWork::none)}));
  EXPECT_THAT(text, HasSubstr("  users: SHARE UPDATE EXCLUSIVE\n"));
  EXPECT_THAT(text, HasSubstr("Nothing waits for it."));
  EXPECT_THAT(described(preview_with({large_table(TableLock::share, TableWork::scan)})),
              HasSubstr("users: SHARE, read in full, about 125 s"));
  EXPECT_THAT(described(preview_with({large_table(TableLock::share, TableWork::scan)})),
              HasSubstr("Meanwhile these wait: users (writes)."));
}

TEST(MigrationPlanText, Sqlite_HasWorkAndNoLocks) {
  const auto text = described(preview_with({large_table(TableLock::none, TableWork::scan)}), Dialect::sqlite);
  EXPECT_THAT(text, HasSubstr("  users: read in full, about 125 s"));
  EXPECT_THAT(text, HasSubstr("reads go on, and writes wait"));
  EXPECT_THAT(described(preview_with({large_table(TableLock::none, TableWork::none)}), Dialect::sqlite),
              Not(HasSubstr("  users")));
}

TEST(MigrationPlanText, StatementThatNobodyKnows_IsSaid) {
  MigrationPreview preview = preview_with({});
  preview.is_understood = false;
  EXPECT_THAT(described(preview), HasSubstr("a statement whose locks are not known"));
  EXPECT_THAT(plan_json(std::vector{preview}, Dialect::postgres), HasSubstr(R"("understood":false)"));
}

TEST(MigrationPlanText, Json_HasEveryFact) {
  MigrationPreview preview = preview_with({large_table(TableLock::share, TableWork::scan)});
  preview.losses = {"users.a"};
  EXPECT_EQ(plan_json(std::vector{preview}, Dialect::postgres),
            R"({"refused":null,"estimateMs":125000,"migrations":[{"name":"20261201_001_a","summary":"Adds it.",)"
            R"("sql":"SELECT 1","tables":[{"table":"users","rows":7000000,"bytes":1250000000,"lock":"SHARE",)"
            R"("blocks":"writes","work":"scan","estimateMs":125000}],)"
            R"("laterSql":"","later":[],"rollbackLoses":["users.a"],"understood":true}]})"
            "\n");
}

TEST(MigrationPlanText, TableThatWasNeverCounted_HasNoRows) {
  TouchedTable table = large_table(TableLock::row_exclusive, TableWork::scan);
  table.size = {.rows = std::nullopt, .bytes = 8192};
  table.estimate = 0s;
  EXPECT_THAT(described(preview_with({table})), HasSubstr("read in full, less than a second (less than 1 MB)"));
  EXPECT_THAT(plan_json(std::vector{preview_with({table})}, Dialect::postgres),
              HasSubstr(R"("rows":null,"bytes":8192,"lock":"ROW EXCLUSIVE","blocks":"nothing")"));
}

TEST(MigrationPlanText, Refusal_IsADocumentToo) {
  EXPECT_EQ(refused_plan_json("a newer \"one\""),
            "{\"refused\":\"a newer \\\"one\\\"\",\"estimateMs\":0,\"migrations\":[]}\n");
}

}  // namespace
}  // namespace gatehouse::cli
