#include "database/schema/table_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::database::schema {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(TableScriptsTest, CopyWithPartitions_IsSpreadByIds) {
  const std::string script = begin_copy_script(sessions_table, Layout::hashed(64));
  EXPECT_THAT(script, HasSubstr("PARTITION BY HASH (id)"));
  EXPECT_THAT(script, HasSubstr("session_copy (id, partitions) VALUES (1, 64)"));
}

TEST(TableScriptsTest, CopyWithoutPartitions_IsOneTable) {
  const std::string script = begin_copy_script(sessions_table, {});
  EXPECT_THAT(script, Not(HasSubstr("PARTITION BY")));
  EXPECT_THAT(script, HasSubstr("session_copy (id, partitions) VALUES (1, 0)"));
}

TEST(TableScriptsTest, CopyByMonth_IsARangeOfTimes) {
  const std::string script = begin_copy_script(audit_table, Layout::by_month());
  EXPECT_THAT(
      script,
      HasSubstr("audit_events_next (LIKE audit_events INCLUDING ALL EXCLUDING INDEXES) PARTITION BY RANGE (at)"));
  EXPECT_THAT(script, HasSubstr("'PRIMARY KEY (id, at)'"));
  EXPECT_THAT(script, HasSubstr("audit_copy (id, partitions) VALUES (1, -1)"));
  EXPECT_THAT(script, Not(HasSubstr("{")));
}

TEST(TableScriptsTest, EachPartition_HasItsRemainder) {
  const auto scripts = add_partition_scripts(sessions_table, Layout::hashed(64));
  ASSERT_EQ(scripts.size(), 64u);
  EXPECT_THAT(scripts[63], HasSubstr("CREATE TABLE sessions_p63 PARTITION OF sessions_next FOR VALUES "
                                     "WITH (MODULUS 64, REMAINDER 63)"));
}

TEST(TableScriptsTest, OneTable_NeedsNoPartitions) { EXPECT_TRUE(add_partition_scripts(audit_table, {}).empty()); }

TEST(TableScriptsTest, ChangesOfTheTrail_AreFollowedByTheColumnsThatTellARow) {
  EXPECT_THAT(follow_changes_script(audit_table), HasSubstr("WHERE id = OLD.id AND at = OLD.at;"));
  EXPECT_THAT(follow_changes_script(sessions_table), HasSubstr("WHERE id = OLD.id;"));
}

TEST(TableScriptsTest, SwitchingTables_DropsNoTable) {
  for (const ReshapableTable& table : {sessions_table, audit_table}) {
    EXPECT_THAT(switch_tables_script(table), Not(HasSubstr("DROP TABLE")));
  }
}

TEST(TableScriptsTest, Switch_LocksTheViewBeforeTheTableThatItReads) {
  EXPECT_THAT(switch_tables_script(audit_table),
              HasSubstr("LOCK TABLE audit_rows, audit_events, audit_events_next IN"));
  EXPECT_THAT(switch_tables_script(sessions_table), HasSubstr("LOCK TABLE sessions, sessions_next IN"));
}

}  // namespace
}  // namespace gatehouse::database::schema
