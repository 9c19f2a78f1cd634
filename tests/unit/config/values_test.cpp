#include "config/values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

constexpr DurationRange any_duration{milliseconds{0}, days{36500}};

TEST(ParseNumber, DigitsInRange_AreRead) {
  EXPECT_EQ(*parse_number("0", {0, 9}), 0U);
  EXPECT_EQ(*parse_number("9", {0, 9}), 9U);
}

TEST(ParseNumber, AnythingElse_IsRefusedWithTheRange) {
  for (const char* text : {"", "10", "-1", "+1", "1x", " 1", "1 ", "0x1", "1.0", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_number(text, {0, 9})) << text;
  }
  EXPECT_EQ(parse_number("x", {1, 9}).error().expectation, "a number from 1 to 9");
}

TEST(ParseDuration, EveryUnit_IsRead) {
  EXPECT_EQ(*parse_duration("500ms", any_duration), milliseconds{500});
  EXPECT_EQ(*parse_duration("30s", any_duration), seconds{30});
  EXPECT_EQ(*parse_duration("15m", any_duration), std::chrono::minutes{15});
  EXPECT_EQ(*parse_duration("1h", any_duration), std::chrono::hours{1});
  EXPECT_EQ(*parse_duration("7d", any_duration), days{7});
  EXPECT_EQ(*parse_duration("2w", any_duration), days{14});
}

TEST(ParseDuration, DigitsAlone_AreSeconds) { EXPECT_EQ(*parse_duration("3600", any_duration), seconds{3600}); }
TEST(ParseDuration, AnythingElse_IsRefused) {
  for (const char* text : {"", "s", "1y", "1 h", "-1s", "1.5h", "1hh", "99999999999s", "9999999999d"}) {
    EXPECT_FALSE(parse_duration(text, any_duration)) << text;
  }
  EXPECT_FALSE(parse_duration("1s", {seconds{2}, seconds{3}}));
  EXPECT_FALSE(parse_duration("4s", {seconds{2}, seconds{3}}));
}

TEST(DurationText, LargestExactUnit_IsWritten) {
  EXPECT_EQ(to_text(days{7}), "7d");
  EXPECT_EQ(to_text(seconds{90}), "90s");
  EXPECT_EQ(to_text(milliseconds{1500}), "1500ms");
  EXPECT_EQ(to_text(milliseconds{0}), "0s");
}

TEST(ParseBoolean, CommonWords_AreRead) {
  for (const char* yes : {"true", "TRUE", "1", "yes", "on"}) EXPECT_TRUE(*parse_boolean(yes)) << yes;
  for (const char* no : {"false", "False", "0", "no", "off"}) EXPECT_FALSE(*parse_boolean(no)) << no;
  for (const char* other : {"", "2", "y", "maybe"}) EXPECT_FALSE(parse_boolean(other)) << other;
}

TEST(SplitList, Entries_AreTrimmedAndEmptyOnesLeftOut) {
  EXPECT_THAT(split_list(" a , b,,c ,"), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(split_list(" , ,").empty());
}

TEST(Host, NamesAndAddresses_AreHosts) {
  for (const char* host : {"db", "db.internal", "db_1", "10.0.0.1", "[::1]"}) EXPECT_TRUE(is_host(host)) << host;
  for (const char* other : {"", "DB", "::1", "[db]", "a b", "a:1", "user@db"}) EXPECT_FALSE(is_host(other)) << other;
}

}  // namespace
}  // namespace gatehouse::config
