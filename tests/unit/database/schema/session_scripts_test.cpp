#include "database/schema/session_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::database::schema {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(SessionScriptsTest, CopyWithPartitions_IsSpreadByIds) {
  const std::string script = begin_copy_script(64);
  EXPECT_THAT(script, HasSubstr("PARTITION BY HASH (id)"));
  EXPECT_THAT(script, HasSubstr("session_copy (id, partitions) VALUES (1, 64)"));
}

TEST(SessionScriptsTest, CopyWithoutPartitions_IsOneTable) {
  const std::string script = begin_copy_script(0);
  EXPECT_THAT(script, Not(HasSubstr("PARTITION BY")));
  EXPECT_THAT(script, HasSubstr("session_copy (id, partitions) VALUES (1, 0)"));
}

TEST(SessionScriptsTest, EachPartition_HasItsRemainder) {
  EXPECT_THAT(add_partition_script(64, 63), HasSubstr("CREATE TABLE sessions_p63 PARTITION OF sessions_next FOR VALUES "
                                                      "WITH (MODULUS 64, REMAINDER 63)"));
}

TEST(SessionScriptsTest, SwitchingTables_DropsNoTable) {
  EXPECT_THAT(switch_tables_script(), Not(HasSubstr("DROP TABLE")));
}

}  // namespace
}  // namespace gatehouse::database::schema
