#include "database/schema/migration_record.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::schema {
namespace {

constexpr TimePoint moment = from_unix_us(1'737'541'800'000'000);
constexpr Migration express_step{
    .name = "20250714_001_add_password_to_users", .up = "UP;", .down = "DOWN;", .check = ""};
constexpr Migration own_step{.name = "20261123_006_create_leases", .up = "UP;", .down = "DOWN;", .check = ""};

TEST(MigrationRecord, UpScript_RecordsTheStepBeforeIt) {
  const auto script = up_script(own_step, 2, moment, Dialect::sqlite, true);
  const auto record = script.find("VALUES ('20261123_006_create_leases', 2, 1737541800000000)");
  ASSERT_NE(record, std::string::npos);
  EXPECT_LT(record, script.find("UP;"));
  EXPECT_EQ(script.find("knex_migrations"), std::string::npos);
}

TEST(MigrationRecord, UpScript_PostgresTime_IsATimestamp) {
  const auto script = up_script(own_step, 2, moment, Dialect::postgres, false);
  EXPECT_NE(script.find("TIMESTAMPTZ '2025-01-22T10:30:00.000Z'"), std::string::npos);
}

TEST(MigrationRecord, Scripts_OfAnExpressStep_TellKnexWhereItIsThere) {
  EXPECT_NE(up_script(express_step, 1, moment, Dialect::postgres, true).find("INSERT INTO knex_migrations"),
            std::string::npos);
  EXPECT_NE(down_script(express_step, moment, Dialect::postgres, true)
                .find("DELETE FROM knex_migrations WHERE name = '20250714_001_add_password_to_users.js'"),
            std::string::npos);
  EXPECT_EQ(up_script(express_step, 1, moment, Dialect::postgres, false).find("knex"), std::string::npos);
  EXPECT_EQ(down_script(express_step, moment, Dialect::postgres, false).find("knex"), std::string::npos);
}

TEST(MigrationRecord, ExpressMigrations_AreTheThreeOfThatService) {
  for (const auto name : express_migrations) EXPECT_TRUE(is_express_migration(name));
  EXPECT_FALSE(is_express_migration("20261123_001_widen_ids"));
  EXPECT_FALSE(is_express_migration("20250714_001_add_password_to_users.js"));
}

}  // namespace
}  // namespace gatehouse::database::schema
