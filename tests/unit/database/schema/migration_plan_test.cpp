#include "database/schema/migration_plan.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace gatehouse::database::schema {
namespace {

TEST(MigrationPlan, Files_OfBothDialects_GiveTheStepsOfOneByName) {
  const std::vector<EmbeddedFile> files{
      {"migrations/postgres/20260101_001_b.down.sql", "postgres down"},
      {"migrations/postgres/20260101_001_b.up.sql", "postgres up"},
      {"migrations/sqlite/20260101_001_b.check.sql", "check"},
      {"migrations/sqlite/20260101_001_b.down.sql", "down b"},
      {"migrations/sqlite/20260101_001_b.up.sql", "up b"},
      {"migrations/sqlite/20250101_001_a.up.sql", "up a"},
      {"migrations/sqlite/20250101_001_a.down.sql", "down a"},
  };
  const auto plan = plan_migrations(files, Dialect::sqlite);
  ASSERT_EQ(plan.size(), 2u);
  EXPECT_EQ(plan[0].name, "20250101_001_a");
  EXPECT_EQ(plan[0].check, "");
  EXPECT_EQ(plan[1].name, "20260101_001_b");
  EXPECT_EQ(plan[1].up, "up b");
  EXPECT_EQ(plan[1].down, "down b");
  EXPECT_EQ(plan[1].check, "check");
  EXPECT_EQ(plan_migrations(files, Dialect::postgres).size(), 1u);
}

TEST(MigrationPlan, Step_WithoutItsCounterpart_IsRefused) {
  const std::vector<EmbeddedFile> only_up{{"migrations/sqlite/20260101_001_a.up.sql", "up"}};
  EXPECT_THROW((void)plan_migrations(only_up, Dialect::sqlite), std::invalid_argument);
  const std::vector<EmbeddedFile> only_down{{"migrations/sqlite/20260101_001_a.down.sql", "down"}};
  EXPECT_THROW((void)plan_migrations(only_down, Dialect::sqlite), std::invalid_argument);
}

TEST(MigrationPlan, File_OfAnotherKind_IsRefused) {
  for (const auto* path : {"migrations/sqlite/20260101_001_a.sql", "migrations/sqlite/readme", "migrations/sqlite/"}) {
    const std::vector<EmbeddedFile> files{{path, "text"}};
    EXPECT_THROW((void)plan_migrations(files, Dialect::sqlite), std::invalid_argument) << path;
  }
}

TEST(MigrationPlan, Name_ThatWouldNeedQuoting_IsRefused) {
  for (const auto* path :
       {"migrations/sqlite/it's.up.sql", "migrations/sqlite/A.up.sql", "migrations/sqlite/a b.up.sql"}) {
    const std::vector<EmbeddedFile> files{{path, "text"}};
    EXPECT_THROW((void)plan_migrations(files, Dialect::sqlite), std::invalid_argument) << path;
  }
}

TEST(MigrationPlan, LeadingComment_IsOneLineWithoutDashes) {
  EXPECT_EQ(leading_comment("-- These collide:\nSELECT 1"), "These collide:");
  EXPECT_EQ(leading_comment("-- Two lines\n--   of it.\nSELECT 1 -- not this"), "Two lines of it.");
  EXPECT_EQ(leading_comment("SELECT 1"), "");
  EXPECT_EQ(leading_comment("--"), "");
  EXPECT_EQ(leading_comment(""), "");
}

}  // namespace
}  // namespace gatehouse::database::schema
