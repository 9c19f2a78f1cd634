#include "database/sqlite/change_feeds.hpp"

#include <sqlite3.h>

#include <functional>

#include "faulty_disk.hpp"
#include "full_disk.hpp"
#include "sqlite_fixture.hpp"

namespace gatehouse::database::sqlite {
namespace {

class RecordingObserver final : public ChangeObserver {
 public:
  void on_feed_ready() noexcept override { ++ready; }
  void on_feed_lost() noexcept override { ++lost; }
  void on_announcement(const Announcement&) noexcept override {}
  void on_unknown_change() noexcept override {}

  int ready = 0;
  int lost = 0;
};

class ChangeFeedsTest : public SqliteTest {
 protected:
  // Runs the io thread's work until the condition holds.
  bool run_until(const std::function<bool()>& condition) {
    const auto work = boost::asio::make_work_guard(io_);
    return testing::run_until(io_, condition);
  }

  std::unique_ptr<ChangeFeed> watch() {
    provider_->observers().add(observer_);
    return provider_->watch(io_);
  }

  // What another process would do.
  void write_from_outside(const std::string& sql) {
    sqlite3* connection = nullptr;
    ASSERT_EQ(sqlite3_open(settings_.sqlite.path.c_str(), &connection), SQLITE_OK);
    sqlite3_busy_timeout(connection, static_cast<int>(testing::patience.count()));
    EXPECT_EQ(sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(connection);
  }

  RecordingObserver observer_;
};

TEST_F(ChangeFeedsTest, Watch_OpenDatabase_IsReady) {
  open_with_table();
  const auto feed = watch();
  EXPECT_TRUE(run_until([&] { return observer_.ready == 1; }));
  EXPECT_EQ(observer_.lost, 0);
}

TEST_F(ChangeFeedsTest, Watch_AnotherProcessWrites_IsLostAndReadyAgain) {
  open_with_table();
  const auto feed = watch();
  ASSERT_TRUE(run_until([&] { return observer_.ready == 1; }));
  write_from_outside("INSERT INTO items VALUES (1, 'one')");
  EXPECT_TRUE(run_until([&] { return observer_.lost == 1 && observer_.ready == 2; }));
  EXPECT_EQ(count(), 1);
}

TEST_F(ChangeFeedsTest, Changed_WhileChangesAreNotSeen_MakesNoFeedReady) {
  ChangeFeeds feeds;
  Observers observers;
  observers.add(observer_);
  const auto feed = feeds.watch(io_, observers);
  feeds.changed();
  io_.restart();
  io_.poll();
  EXPECT_EQ(observer_.lost, 1);
  EXPECT_EQ(observer_.ready, 0);
}

TEST_F(ChangeFeedsTest, Watch_OwnWrites_AreNotReported) {
  open_with_table();
  const auto feed = watch();
  ASSERT_TRUE(run_until([&] { return observer_.ready == 1; }));
  ASSERT_TRUE(insert(1, "one"));
  write_from_outside("INSERT INTO items VALUES (2, 'two')");
  ASSERT_TRUE(run_until([&] { return observer_.ready == 2; }));
  EXPECT_EQ(observer_.lost, 1);
}

TEST_F(ChangeFeedsTest, Watch_ConnectionBreaks_IsLostUntilThereIsANewOne) {
  open_with_table();
  const auto feed = watch();
  ASSERT_TRUE(run_until([&] { return observer_.ready == 1; }));
  {
    const FullDisk full;
    EXPECT_THROW((void)insert(1, "one"), Unavailable);
  }
  EXPECT_TRUE(run_until([&] { return observer_.lost == 1 && observer_.ready == 2; }));
}

// Whoever ended a session has forgotten it here when the deadline passed, and it may have come back before the commit.
TEST_F(ChangeFeedsTest, Watch_WriteCommittedAfterItsDeadline_IsLostAndReadyAgain) {
  FaultyDisk disk;
  settings_.query_timeout = std::chrono::seconds{3};  // in which the write gets as far as its commit
  open_with_table();
  const auto feed = watch();
  ASSERT_TRUE(run_until([&] { return observer_.ready == 1; }));
  disk.hold_syncs();
  EXPECT_THROW((void)insert(1, "late"), Unavailable);
  EXPECT_EQ(count(), 0);
  EXPECT_EQ(observer_.lost, 0);
  disk.release_syncs();
  EXPECT_TRUE(run_until([&] { return observer_.lost == 1 && observer_.ready == 2; }));
  EXPECT_EQ(count(), 1);
}

TEST_F(ChangeFeedsTest, Watch_FeedDestroyedBeforeItIsReady_IsSilent) {
  open_with_table();
  watch().reset();
  io_.restart();
  io_.poll();
  EXPECT_EQ(observer_.ready, 0);
  EXPECT_EQ(observer_.lost, 0);
}

TEST_F(ChangeFeedsTest, Watch_ReadyFeedDestroyed_IsLostAndThenSilent) {
  ChangeFeeds feeds;
  Observers observers;
  observers.add(observer_);
  RecordingObserver other;
  Observers others;
  others.add(other);
  auto feed = feeds.watch(io_, observers);
  const auto other_feed = feeds.watch(io_, others);
  feeds.available();
  ASSERT_TRUE(run_until([&] { return observer_.ready == 1 && other.ready == 1; }));
  feed.reset();
  EXPECT_EQ(observer_.lost, 1);
  feeds.changed();
  ASSERT_TRUE(run_until([&] { return other.ready == 2; }));
  EXPECT_EQ(observer_.ready, 1);
  EXPECT_EQ(observer_.lost, 1);
}

}  // namespace
}  // namespace gatehouse::database::sqlite
