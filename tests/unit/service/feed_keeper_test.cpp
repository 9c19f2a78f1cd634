#include "service/feed_keeper.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>

#include "database/errors.hpp"
#include "revocations/revocation_reader.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"
#include "support/scripted_database.hpp"
#include "unit/telemetry/captured_output.hpp"

namespace gatehouse::service {
namespace {

using database::Rows;
using database::Unavailable;
using revocations::News;
using revocations::Place;

/// A log of `last_` revocations, the one at position n made n seconds after the beginning.
class FeedKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    boost::asio::co_spawn(io_, keeper_.keep(),
                          boost::asio::bind_cancellation_slot(signal_.slot(), [&](const std::exception_ptr& thrown) {
                            EXPECT_FALSE(thrown);
                            has_ended_ = true;
                          }));
  }
  void TearDown() override {
    signal_.emit(boost::asio::cancellation_type::terminal);
    EXPECT_TRUE(testing::run_until(io_, [&] { return has_ended_; }));
  }

  Place place(std::int64_t position) const {
    return {.position = position, .at = begin_ + std::chrono::seconds{position}};
  }
  Rows answer(const database::Parameters& parameters) {
    if (is_away_) throw Unavailable{Unavailable::Reason::connection, "the database is down"};
    if (is_broken_) throw std::runtime_error{"no such table"};
    const auto from = std::get<std::int64_t>(parameters[0]);
    const auto limit = std::get<std::int64_t>(parameters[1]);
    const std::int64_t end = last_ - from < limit ? last_ : from + limit - 1;
    Rows rows{10};
    for (std::int64_t i = std::max<std::int64_t>(1, from); i <= end; ++i) add_row(rows, i);
    if (rows.size() == 0) add_row(rows, std::nullopt);
    return rows;
  }
  void add_row(Rows& rows, std::optional<std::int64_t> position) const {
    rows.add_integer(last_);
    rows.add_integer(to_unix_us(last_ == 0 ? TimePoint{} : place(last_).at));
    for (int i = 0; i < 4; ++i) rows.add_integer(0);
    if (!position) {
      for (int i = 0; i < 4; ++i) rows.add_null();
      return;
    }
    rows.add_integer(*position);
    rows.add_integer(to_unix_us(place(*position).at));
    rows.add_text("session");
    rows.add_text(std::to_string(*position));
  }

  template <class Condition>
  bool eventually(Condition&& condition) {
    return testing::run_until(io_, std::forward<Condition>(condition));
  }
  bool comes_to(std::int64_t position) {
    feed_.bell().ring();
    return eventually([&] { return feed_.recent() && feed_.recent()->end().position == position; });
  }

  testing::ManualClock clock_;
  const TimePoint begin_ = clock_.now();
  std::int64_t last_ = 3;
  bool is_away_ = false;
  bool is_broken_ = false;
  telemetry::testing::CapturedOutput output_;
  telemetry::LogQueue queue_{telemetry::LineWriter{output_.descriptor()}};
  telemetry::Log log_{queue_, clock_};
  boost::asio::io_context io_{1};
  testing::ScriptedDatabase database_{
      [this](std::string_view, const database::Parameters& parameters) { return answer(parameters); }};
  revocations::RevocationFeed feed_{10};
  const revocations::RevocationLog revocations_{database_, clock_, std::chrono::hours{1}};
  FeedKeeper keeper_{feed_, revocations_, log_};
  boost::asio::cancellation_signal signal_;
  bool has_ended_ = false;
};

TEST_F(FeedKeeperTest, WhereNobodyWaits_NothingIsRead) {
  feed_.bell().ring();
  io_.run_for(std::chrono::milliseconds{20});
  EXPECT_TRUE(database_.statements.empty());
  EXPECT_FALSE(feed_.recent());
}

TEST_F(FeedKeeperTest, FirstWhoWaits_IsReadForAtOnce) {
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(eventually([&] { return feed_.recent() != nullptr; }));
  EXPECT_EQ(feed_.recent()->end(), place(3));
  EXPECT_TRUE(feed_.recent()->rows.empty()) << "what was there before is not for those who wait";
}

TEST_F(FeedKeeperTest, WhatIsRevoked_IsReadWhenTheBellRings) {
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(comes_to(3));
  last_ = 5;
  ASSERT_TRUE(comes_to(5));
  EXPECT_EQ(feed_.recent()->behind(place(3)).value().revocations.size(), 2U);
  last_ += 2 * revocations::RevocationLog::news_max;
  ASSERT_TRUE(comes_to(last_));
  EXPECT_EQ(feed_.recent()->rows.size(), revocations::RevocationFeed::recent_rows_max);
}

TEST_F(FeedKeeperTest, AnnouncementsThatRevokeNothing_WakeNobody) {
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(comes_to(3));
  const std::uint64_t turn = feed_.room().turn();
  const std::size_t readings = database_.statements.size();
  feed_.bell().ring();
  ASSERT_TRUE(eventually([&] { return database_.statements.size() > readings; }));
  EXPECT_EQ(feed_.room().turn(), turn);
  clock_.advance(FeedKeeper::reading_interval);
  feed_.bell().ring();
  EXPECT_TRUE(eventually([&] { return feed_.room().turn() == turn + 1; })) << "they hear how new their knowledge is";
  EXPECT_EQ(feed_.recent()->as_of, clock_.now());
}

TEST_F(FeedKeeperTest, RewrittenLog_BeginsAnew) {
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(comes_to(3));
  last_ = 1;
  ASSERT_TRUE(comes_to(1));
  EXPECT_FALSE(feed_.recent()->behind(place(3)));
}

TEST_F(FeedKeeperTest, WhatCannotBeRead_IsToldOnceAndReadLater) {
  is_away_ = true;
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(eventually([&] { return !database_.statements.empty(); }));
  is_away_ = false;
  is_broken_ = true;
  for (std::size_t i = 2; i < 4; ++i) {
    feed_.bell().ring();
    ASSERT_TRUE(eventually([&] { return database_.statements.size() >= i; }));
  }
  is_broken_ = false;
  EXPECT_TRUE(comes_to(3));
  log_.info("end_of_test");
  ASSERT_TRUE(eventually([&] { return output_.text().contains("end_of_test"); }));
  const std::string text = output_.text();
  EXPECT_EQ(text.find("revocations_unread"), text.rfind("revocations_unread"));
  EXPECT_TRUE(text.contains("no such table")) << text;
}

TEST_F(FeedKeeperTest, Reader_IsWokenByNews) {
  revocations::RevocationReader reader{revocations_, feed_};
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(comes_to(3));
  std::optional<News> news;
  boost::asio::co_spawn(
      io_,
      reader.next({.end = place(3), .as_of = clock_.now(), .read_at = std::chrono::steady_clock::now()},
                  std::chrono::steady_clock::now() + testing::patience, {}),
      [&](const std::exception_ptr&, std::optional<News> found) { news = std::move(found); });
  io_.restart();
  io_.poll();
  EXPECT_FALSE(news);
  last_ = 4;
  ASSERT_TRUE(comes_to(4));
  ASSERT_TRUE(eventually([&] { return news.has_value(); }));
  ASSERT_EQ(news->revocations.size(), 1U);
  EXPECT_EQ(news->end, place(4));
}

// A reader that had heard of a later time once heard nothing more, and another time went on being reported.
TEST_F(FeedKeeperTest, NewsAfterTheClockWasSetBack_WereLost) {
  revocations::RevocationReader reader{revocations_, feed_};
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(comes_to(3));
  const revocations::Known known{.end = place(3), .as_of = clock_.now(), .read_at = feed_.recent()->read_at};
  clock_.set(begin_ - std::chrono::hours{1});
  last_ += 3 * static_cast<std::int64_t>(revocations::RevocationFeed::recent_rows_max);
  ASSERT_TRUE(comes_to(last_));
  const auto news = testing::run_task(io_, reader.next(known, {}, {}));
  ASSERT_TRUE(news);
  EXPECT_EQ(news->revocations.size(), static_cast<std::size_t>(revocations::RevocationLog::news_max));
  EXPECT_LT(news->as_of, known.as_of);
}

TEST_F(FeedKeeperTest, ReaderWhoseClientIsGoneOrWhoseTimeIsOver_GetsNothingNew) {
  revocations::RevocationReader reader{revocations_, feed_};
  const auto seat = feed_.take_seat();
  ASSERT_TRUE(comes_to(3));
  const revocations::Known known{.end = place(3), .as_of = clock_.now(), .read_at = std::chrono::steady_clock::now()};
  std::stop_source gone;
  gone.request_stop();
  const auto later = std::chrono::steady_clock::now() + testing::patience;
  EXPECT_EQ(testing::run_task(io_, reader.next(known, later, gone.get_token())).value().end, place(3));
  EXPECT_EQ(testing::run_task(io_, reader.next(known, {}, {})).value().end, place(3));
  feed_.end();
  EXPECT_EQ(testing::run_task(io_, reader.next(known, later, {})).value().end, place(3));
}

}  // namespace
}  // namespace gatehouse::service
