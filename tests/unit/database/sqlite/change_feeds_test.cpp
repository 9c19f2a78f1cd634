#include "database/sqlite/change_feeds.hpp"

#include <sqlite3.h>

#include <functional>

#include "faulty_disk.hpp"
#include "full_disk.hpp"
#include "sqlite_fixture.hpp"

namespace gatehouse::database::sqlite {
namespace {

/// Counts how often a feed became trusted, and how often it ceased to be. The writer's thread calls it.
class RecordingObserver final : public ChangeObserver {
 public:
  void on_feed_proved(BootTime until) noexcept override {
    trusted_until = until;
    if (!is_proved.exchange(true)) ++ready;
  }
  void on_feed_lost() noexcept override {
    is_proved = false;
    ++lost;
  }
  void on_announcement(const Announcement&) noexcept override {}
  void on_unknown_change() noexcept override {}

  std::atomic<bool> is_proved = false;
  std::atomic<BootTime> trusted_until{};
  std::atomic<int> ready = 0;
  std::atomic<int> lost = 0;
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

  // Writes as another process would.
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

// A process that stands still does not look, and must not answer as if it had.
TEST_F(ChangeFeedsTest, Watch_LooksAgainAndAgain_AndTrustsEachLookForASecond) {
  open_with_table();
  const auto feed = watch();
  ASSERT_TRUE(run_until([&] { return observer_.ready == 1; }));
  const BootTime first = observer_.trusted_until;
  EXPECT_LE(first, boot_now() + std::chrono::seconds{1});
  EXPECT_TRUE(run_until([&] { return observer_.trusted_until.load() > first; }));
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

// A cache that forgot a session when the deadline of its end passed may have read it again before the commit.
TEST_F(ChangeFeedsTest, Watch_WriteCommittedAfterItsDeadline_IsLostAndReadyAgain) {
  FaultyDisk disk;
  settings_.query_timeout = std::chrono::seconds{3};  // long enough for the write to reach its commit
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
  ChangeFeeds feeds;
  Observers observers;
  observers.add(observer_);
  feeds.watch(observers).reset();
  feeds.prove(BootTime::max());
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
  auto feed = feeds.watch(observers);
  const auto other_feed = feeds.watch(others);
  feeds.prove(BootTime::max());
  EXPECT_EQ(observer_.ready, 1);
  EXPECT_EQ(other.ready, 1);
  feed.reset();
  EXPECT_EQ(observer_.lost, 1);
  feeds.lose();
  feeds.prove(BootTime::max());
  EXPECT_EQ(other.ready, 2);
  EXPECT_EQ(observer_.ready, 1);
  EXPECT_EQ(observer_.lost, 1);
}

}  // namespace
}  // namespace gatehouse::database::sqlite
