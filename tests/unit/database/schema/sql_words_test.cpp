#include "database/schema/sql_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::database::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SqlWords, Script_OfSeveralStatements_IsSplitAtSemicolons) {
  EXPECT_THAT(split_script("DROP TABLE a;\nDROP INDEX b"),
              ElementsAre(ElementsAre("drop", "table", "a"), ElementsAre("drop", "index", "b")));
  EXPECT_THAT(split_script(""), IsEmpty());
  EXPECT_THAT(split_script(" ;; -- nothing\n/* ; */"), IsEmpty());
}

TEST(SqlWords, Comment_AndText_AreNoWords) {
  EXPECT_THAT(split_script("SELECT 'a;b', 'it''s' -- c; d\n/* e; */, \"F\"; f"),
              ElementsAre(ElementsAre("select", "'", ",", "'", "'", ",", "F"), ElementsAre("f")));
  EXPECT_THAT(split_script(R"(SELECT E'\'; a', e)"), ElementsAre(ElementsAre("select", "'", ",", "e")));
  EXPECT_THAT(split_script("SELECT 'not closed"), ElementsAre(ElementsAre("select", "'")));
  EXPECT_THAT(split_script("/* not closed"), IsEmpty());
}

TEST(SqlWords, DollarQuotes_HideTheirSemicolons) {
  EXPECT_THAT(split_script("DO $$ a; b $$; c"), ElementsAre(ElementsAre("do", "'"), ElementsAre("c")));
  EXPECT_THAT(split_script("DO $x$ a; $$ b $x$; c"), ElementsAre(ElementsAre("do", "'"), ElementsAre("c")));
  EXPECT_THAT(split_script("SELECT $1, $2"), ElementsAre(ElementsAre("select", "$", "1", ",", "$", "2")));
}

TEST(SqlWords, TriggerOfSqlite_EndsBehindItsBody) {
  const auto statements =
      split_script("CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM b; END; c");
  ASSERT_EQ(statements.size(), 2u);
  EXPECT_EQ(statements[0].back(), "end");
  EXPECT_THAT(statements[1], ElementsAre("c"));
}

TEST(SqlWords, Cursor_GoesOverPhrasesAndNames) {
  const StatementWords words{"drop", "table", "if", "exists", "public", ".", "users", "on", "x"};
  WordCursor cursor{words};
  EXPECT_FALSE(cursor.skip("drop index"));
  EXPECT_TRUE(cursor.skip("drop table"));
  EXPECT_FALSE(cursor.skip("if not exists"));
  EXPECT_TRUE(cursor.skip("if exists"));
  EXPECT_EQ(cursor.take_name(), "users");
  EXPECT_TRUE(cursor.skip_past("on"));
  EXPECT_EQ(cursor.take(), "x");
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(cursor.take(), "");
  EXPECT_FALSE(cursor.skip("x"));
  EXPECT_FALSE(cursor.skip_past("x"));
}

}  // namespace
}  // namespace gatehouse::database::schema
