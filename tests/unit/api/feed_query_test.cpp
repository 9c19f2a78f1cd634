#include "api/feed_query.hpp"

#include <gtest/gtest.h>

namespace gatehouse::api {
namespace {

using std::chrono::seconds;

std::string complaint_about(std::string_view query, std::string_view last_event_id = {}) {
  const auto parsed = parse_feed_query(query, last_event_id);
  if (parsed) return "";
  return parsed.error().front().field + " " + std::string{parsed.error().front().code};
}

TEST(FeedQuery, CursorAndWait_AreRead) {
  const auto query = parse_feed_query("after=abc&wait=25&x=1", {});
  ASSERT_TRUE(query);
  EXPECT_EQ(query->after, "abc");
  EXPECT_EQ(query->wait, seconds{25});
  EXPECT_EQ(parse_feed_query("after=abc", {})->wait, std::nullopt);
  EXPECT_EQ(parse_feed_query("after=abc&wait=0", {})->wait, seconds{0});
  EXPECT_EQ(parse_feed_query("after=abc&wait=30", {})->wait, seconds{30});
}

TEST(FeedQuery, PlaceWhereAStreamEnded_GoesBeforeThatWhereItBegan) {
  EXPECT_EQ(parse_feed_query("after=abc", "def")->after, "def");
  EXPECT_EQ(parse_feed_query("", "def")->after, "def");
  EXPECT_EQ(parse_feed_query("after=abc", "")->after, "abc");
}

TEST(FeedQuery, QueryWithoutCursor_IsRefused) {
  EXPECT_EQ(complaint_about(""), "after required");
  EXPECT_EQ(complaint_about("wait=3"), "after required");
  EXPECT_EQ(complaint_about("after="), "after required");
}

TEST(FeedQuery, WaitOutOfRange_IsRefused) {
  for (const std::string_view wait : {"31", "-1", "abc", "", "1.5", "99999999999999999999", "+1", "1s"}) {
    EXPECT_EQ(complaint_about("after=abc&wait=" + std::string{wait}), "wait out_of_range") << wait;
  }
}

TEST(FeedQuery, RepeatedParameter_IsRefused) {
  EXPECT_EQ(complaint_about("after=abc&after=abc"), "after duplicate");
  EXPECT_EQ(complaint_about("after=abc&wait=1&wait=1"), "wait duplicate");
}

}  // namespace
}  // namespace gatehouse::api
