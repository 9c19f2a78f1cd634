#include "database/postgres/announcement_reader.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

constexpr AnnouncementReader::Instant reading_begin{};

AnnouncementRow placed(std::int64_t entry, std::int64_t position) {
  return {.entry = entry, .position = position, .text = "session:" + std::to_string(entry)};
}
AnnouncementRow unplaced(std::int64_t entry) {
  return {.entry = entry, .position = {}, .text = "session:" + std::to_string(entry)};
}

/// A reader that looks every 100 ms.
class AnnouncementReaderTest : public ::testing::Test {
 protected:
  /// A page of the table, as a look finds it.
  AnnouncementPage page(std::int64_t last, std::vector<AnnouncementRow> rows = {}) {
    return {.log = "one", .is_written = true, .last = last, .deleted = 0, .is_cut = false, .rows = std::move(rows)};
  }
  AnnouncementReader::News look(const AnnouncementPage& found) {
    now_ += milliseconds{100};
    reader_.send(now_);
    return reader_.take(found);
  }
  /// The same; returns the texts that it tells.
  Texts told(const AnnouncementPage& found) {
    Texts texts;
    for (const AnnouncementRow* row : look(found).rows) texts.push_back(row->text);
    return texts;
  }

  AnnouncementReader reader_;
  AnnouncementReader::Instant now_ = reading_begin;
};

TEST_F(AnnouncementReaderTest, FirstLook_IsAProof_AndTellsNothingThatWasNeverRemembered) {
  EXPECT_FALSE(reader_.is_ready());
  const auto first = page(7, {unplaced(9)});
  const auto news = look(first);
  EXPECT_TRUE(reader_.is_ready());
  EXPECT_TRUE(news.rows.empty());
  EXPECT_FALSE(news.is_lost);
  EXPECT_EQ(news.trusted_until, now_ + AnnouncementReader::trust);
  EXPECT_EQ(reader_.position(), 7);
}

// Changes committed after a look was sent may be missing from its page, however late that comes.
TEST_F(AnnouncementReaderTest, LookThatComesBackLate_IsAProofFromItsSendingOn) {
  reader_.send(reading_begin);
  const auto empty = page(0);
  EXPECT_EQ(reader_.take(empty).trusted_until, reading_begin + AnnouncementReader::trust);
}

TEST_F(AnnouncementReaderTest, RowsBehindThePosition_AreTold) {
  (void)look(page(2));
  EXPECT_EQ(told(page(4, {placed(3, 3), placed(4, 4)})), (Texts{"session:3", "session:4"}));
  EXPECT_EQ(reader_.position(), 4);
}

// A page has its rows in any order.
TEST_F(AnnouncementReaderTest, RowsOfOneLook_AreToldInTheOrderOfTheirCommits) {
  (void)look(page(2));
  EXPECT_EQ(told(page(4, {unplaced(9), placed(4, 4), unplaced(8), placed(7, 3)})),
            (Texts{"session:7", "session:4", "session:8", "session:9"}));
}

TEST_F(AnnouncementReaderTest, RowWithoutPosition_IsToldAtOnce_AndOnce) {
  (void)look(page(0));
  EXPECT_EQ(told(page(0, {unplaced(5)})), Texts{"session:5"});
  EXPECT_EQ(told(page(0, {unplaced(5)})), Texts{});
  EXPECT_EQ(told(page(1, {placed(5, 1)})), Texts{});
  EXPECT_EQ(reader_.position(), 1);
}

// Its number is smaller than those of rows that were read long ago, because its transaction took long.
TEST_F(AnnouncementReaderTest, RowThatIsCommittedLate_IsTold) {
  (void)look(page(0));
  EXPECT_EQ(told(page(1, {placed(8, 1)})), Texts{"session:8"});
  EXPECT_EQ(told(page(1, {unplaced(3)})), Texts{"session:3"});
  EXPECT_EQ(told(page(2, {placed(3, 2)})), Texts{});
}

TEST_F(AnnouncementReaderTest, PageThatIsCut_IsAChangeOfEverything_AndReadingGoesOnBehindIt) {
  (void)look(page(0));
  auto cut = page(5'000, {placed(1, 1)});
  cut.is_cut = true;
  const auto news = look(cut);
  EXPECT_TRUE(news.is_everything);
  EXPECT_TRUE(news.rows.empty());
  EXPECT_TRUE(news.trusted_until);
  EXPECT_EQ(reader_.position(), 5'000);
}

TEST_F(AnnouncementReaderTest, RowsDeletedBeforeTheyWereRead_AreALoss_AndANewBeginning) {
  (void)look(page(3));
  auto gap = page(9, {placed(9, 9)});
  gap.deleted = 8;
  const auto news = look(gap);
  EXPECT_TRUE(news.is_lost);
  EXPECT_TRUE(news.trusted_until);
  EXPECT_EQ(reader_.position(), 9);
}

TEST_F(AnnouncementReaderTest, RowsDeletedAfterTheyWereRead_AreNoLoss) {
  (void)look(page(3));
  auto swept = page(3);
  swept.deleted = 3;
  EXPECT_FALSE(look(swept).is_lost);
}

// The database was restored, or its schema was recreated.
TEST_F(AnnouncementReaderTest, AnotherLogOrAnEarlierPosition_IsALoss) {
  (void)look(page(3));
  auto other = page(3);
  other.log = "two";
  EXPECT_TRUE(look(other).is_lost);
  other.last = 2;
  EXPECT_TRUE(look(other).is_lost);
  EXPECT_EQ(reader_.log(), "two");
}

TEST_F(AnnouncementReaderTest, TableThatNobodyWritesTo_ProvesNothing) {
  (void)look(page(3));
  auto unwritten = page(3);
  unwritten.is_written = false;
  const auto news = look(unwritten);
  EXPECT_TRUE(news.is_lost);
  EXPECT_FALSE(news.trusted_until);
  EXPECT_FALSE(reader_.is_ready());
  EXPECT_FALSE(look(unwritten).is_lost);
}

TEST_F(AnnouncementReaderTest, LookAfterTheTrustHasEnded_BeginsAnew) {
  (void)look(page(3));
  EXPECT_FALSE(reader_.is_overdue(now_ + AnnouncementReader::trust - milliseconds{1}));
  EXPECT_TRUE(reader_.is_overdue(now_ + AnnouncementReader::trust));
  now_ += AnnouncementReader::trust;
  const auto news = look(page(4, {placed(4, 4)}));
  EXPECT_TRUE(news.is_lost);
  EXPECT_TRUE(news.trusted_until);
  EXPECT_EQ(reader_.position(), 4);
}

TEST_F(AnnouncementReaderTest, RowsWithoutPosition_AreKnownSinceTheFirstLookThatFoundThem) {
  (void)look(page(0));
  EXPECT_FALSE(reader_.unplaced_since());
  (void)look(page(0, {unplaced(1)}));
  const auto since = now_;
  (void)look(page(0, {unplaced(1), unplaced(2)}));
  EXPECT_EQ(reader_.unplaced_since(), since);
  (void)look(page(2, {placed(1, 1), placed(2, 2)}));
  EXPECT_FALSE(reader_.unplaced_since());
}

}  // namespace
}  // namespace gatehouse::database::postgres
