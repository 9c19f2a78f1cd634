#include "revocations/revocation_feed.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::revocations {
namespace {

Place at(std::int64_t position) { return {.position = position, .at = from_unix_us(1000 * position)}; }

News news_of(std::int64_t first, std::int64_t last, TimePoint as_of) {
  News news{.revocations = {}, .end = at(last), .as_of = as_of};
  for (std::int64_t i = first; i <= last; ++i) {
    news.revocations.push_back({.place = at(i), .kind = Kind::session, .subject = std::to_string(i)});
  }
  return news;
}

RevocationLog::End beginning(Place place) {
  return {.place = place, .as_of = from_unix_us(1), .read_at = {}, .token_ttl = {}};
}

class RevocationFeedTest : public ::testing::Test {
 protected:
  std::string behind(Place place) {
    const auto news = feed_.recent()->behind(place);
    if (!news) return "unknown";
    std::string subjects;
    for (const Revocation& one : news->revocations) subjects += one.subject + " ";
    return subjects;
  }

  std::string page() const {
    metrics::Page page;
    feed_.write(page);
    return std::move(page).text();
  }

  RevocationFeed feed_{2};
};

TEST_F(RevocationFeedTest, WhatIsPublished_IsBehindEachPlaceBeforeIt) {
  feed_.begin_at(beginning(at(7)));
  feed_.publish(news_of(8, 9, from_unix_us(2)));
  feed_.publish(news_of(10, 10, from_unix_us(3)));
  EXPECT_EQ(behind(at(7)), "8 9 10 ");
  EXPECT_EQ(behind(at(9)), "10 ");
  EXPECT_EQ(behind(at(10)), "");
  EXPECT_EQ(feed_.recent()->as_of, from_unix_us(3));
  EXPECT_EQ(feed_.recent()->end(), at(10));
}

TEST_F(RevocationFeedTest, PlaceOfAnotherLog_IsUnknown) {
  feed_.begin_at(beginning(at(7)));
  feed_.publish(news_of(8, 9, from_unix_us(2)));
  EXPECT_EQ(behind(at(6)), "unknown");
  EXPECT_EQ(behind(at(11)), "unknown");
  EXPECT_EQ(behind({.position = 8, .at = from_unix_us(5)}), "unknown");
  EXPECT_EQ(behind({.position = 7, .at = from_unix_us(5)}), "unknown");
}

TEST_F(RevocationFeedTest, LongLog_IsKeptAtItsEnd) {
  constexpr auto kept = static_cast<std::int64_t>(RevocationFeed::recent_rows_max);
  feed_.begin_at(beginning({}));
  feed_.publish(news_of(1, kept + 5, from_unix_us(2)));
  EXPECT_EQ(behind(at(4)), "unknown");
  EXPECT_EQ(feed_.recent()->behind(at(5))->revocations.size(), RevocationFeed::recent_rows_max);
}

TEST_F(RevocationFeedTest, Seats_AreAsManyAsAreAllowed) {
  EXPECT_FALSE(feed_.has_readers());
  {
    const auto first = feed_.take_seat();
    auto second = feed_.take_seat();
    ASSERT_TRUE(first);
    ASSERT_TRUE(second);
    const RevocationFeed::Seat moved = *std::move(second);
    EXPECT_FALSE(feed_.take_seat());
    EXPECT_TRUE(feed_.has_readers());
    EXPECT_TRUE(page().contains("gatehouse_revocation_readers 2\n"));
  }
  EXPECT_FALSE(feed_.has_readers());
  EXPECT_TRUE(feed_.take_seat());
}

TEST_F(RevocationFeedTest, Whoever_IsWaiting_IsWokenByWhatIsPublished) {
  const std::uint64_t turn = feed_.room().turn();
  feed_.begin_at(beginning({}));
  EXPECT_EQ(feed_.room().turn(), turn + 1);
  feed_.publish(news_of(1, 1, {}));
  EXPECT_EQ(feed_.room().turn(), turn + 2);
  feed_.end();
  EXPECT_EQ(feed_.room().turn(), turn + 3);
  EXPECT_TRUE(feed_.has_ended());
}

}  // namespace
}  // namespace gatehouse::revocations
