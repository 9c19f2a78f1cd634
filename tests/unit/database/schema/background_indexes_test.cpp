#include "database/schema/background_indexes.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace gatehouse::database::schema {
namespace {

std::vector<BackgroundIndex> plan_of(std::string_view indexes) {
  const std::vector<EmbeddedFile> files{{"migrations/postgres/20260101_001_a.down.sql", "down"},
                                        {"migrations/postgres/20260101_001_a.indexes.sql", indexes},
                                        {"migrations/postgres/20260101_001_a.up.sql", "up"}};
  return plan_background_indexes(files, Dialect::postgres);
}

TEST(BackgroundIndexes, Statements_AreKnownByTheIndexThatTheyMake) {
  const auto indexes = plan_of(
      "-- For lists.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS users_a_index ON users (a);\n"
      "CREATE INDEX CONCURRENTLY IF NOT EXISTS users_b_index ON users (b)\n");
  ASSERT_EQ(indexes.size(), 2U);
  EXPECT_EQ(indexes[0].name, "users_a_index");
  EXPECT_TRUE(indexes[0].statement.ends_with("ON users (a);"));
  EXPECT_EQ(indexes[1].name, "users_b_index");
  EXPECT_TRUE(plan_of("-- Nothing yet.\n").empty());
}

TEST(BackgroundIndexes, StatementThatWritersWouldWaitFor_IsRefused) {
  for (const auto* statement : {"CREATE INDEX i ON users (a)", "CREATE INDEX CONCURRENTLY i ON users (a)",
                                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON users (a)", "DROP TABLE users"}) {
    EXPECT_THROW((void)plan_of(statement), std::invalid_argument) << statement;
  }
}

TEST(BackgroundIndexes, AtOnce_IsTheSameWithinATransaction) {
  EXPECT_EQ(script_at_once("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b);\n"
                           "CREATE INDEX CONCURRENTLY IF NOT EXISTS j ON a (c);\n"),
            "CREATE INDEX IF NOT EXISTS i ON a (b);\nCREATE INDEX IF NOT EXISTS j ON a (c);\n");
  EXPECT_EQ(script_at_once(""), "");
}

}  // namespace
}  // namespace gatehouse::database::schema
