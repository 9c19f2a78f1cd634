// Announcements reach every process, and a feed that might miss one says so.

#include "support/postgres_fixture.hpp"
#include "support/tcp_proxy.hpp"

namespace gatehouse::testing {
namespace {

using database::Command;
using database::Statement;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr Statement sleep{"feed_sleep", "SELECT 1 FROM pg_sleep(0.05)"};
constexpr Statement add{"feed_add", "INSERT INTO revoked (id) VALUES ($1)"};

/// Remembers what a feed said.
class RecordingObserver final : public database::ChangeObserver {
 public:
  void on_feed_ready() noexcept override {
    ready = true;
    ++times_ready;
  }
  void on_feed_lost() noexcept override { ready = false; }
  void on_announcement(std::string_view announcement) noexcept override {
    announcements.emplace_back(announcement);
    arrived = Clock::now();
  }

  bool ready = false;
  int times_ready = 0;
  std::vector<std::string> announcements;
  Clock::time_point arrived;
};

class DatabasePostgresFeed : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (database_) database_->run("CREATE TABLE revoked (id bigint PRIMARY KEY)");
  }
  void TearDown() override {
    feed_.reset();
    PostgresTest::TearDown();
  }

  void watch() {
    open();
    feed_ = provider_->watch(io_, observer_);
  }
  bool becomes_ready(std::chrono::milliseconds at_most = 10'000ms) {
    return run_until(io_, [&] { return observer_.ready; }, at_most);
  }
  bool announce(std::int64_t id, std::string text) {
    std::vector<Command> commands;
    commands.push_back({&add, {id}});
    return run(db_->batch(std::move(commands), std::move(text))).has_value();
  }

  RecordingObserver observer_;
  std::unique_ptr<database::ChangeFeed> feed_;
};

TEST_F(DatabasePostgresFeed, Announcement_ReachesTheObserver) {
  watch();
  ASSERT_TRUE(becomes_ready());
  ASSERT_TRUE(announce(1, "revoked 1"));
  ASSERT_TRUE(run_until(io_, [&] { return !observer_.announcements.empty(); }));
  EXPECT_EQ(observer_.announcements, std::vector<std::string>{"revoked 1"});
}

TEST_F(DatabasePostgresFeed, Announcement_OfARolledBackBatch_IsNeverHeard) {
  watch();
  ASSERT_TRUE(becomes_ready());
  ASSERT_TRUE(announce(1, "first"));
  EXPECT_FALSE(announce(1, "violates"));
  ASSERT_TRUE(announce(2, "last"));
  ASSERT_TRUE(run_until(io_, [&] { return observer_.announcements.size() >= 2; }));
  EXPECT_EQ(observer_.announcements, (std::vector<std::string>{"first", "last"}));
}

TEST_F(DatabasePostgresFeed, Announcements_ArriveWithin20Milliseconds) {
  watch();
  ASSERT_TRUE(becomes_ready());
  std::vector<std::chrono::nanoseconds> delays;
  for (std::int64_t id = 0; id < 200; ++id) {
    ASSERT_TRUE(announce(id, "x"));
    const auto committed = Clock::now();
    const auto expected = static_cast<std::size_t>(id) + 1;
    ASSERT_TRUE(run_until(io_, [&] { return observer_.announcements.size() == expected; }));
    delays.push_back(observer_.arrived - committed);
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_LE(delays[delays.size() * 99 / 100], 20ms);
}

TEST_F(DatabasePostgresFeed, TerminatedListener_IsLostAtOnce_ThenReadyAgain) {
  watch();
  ASSERT_TRUE(becomes_ready());
  terminate_sessions();
  ASSERT_TRUE(run_until(io_, [&] { return !observer_.ready; }, 500ms));
  ASSERT_TRUE(becomes_ready(5s));
  EXPECT_EQ(observer_.times_ready, 2);
  ASSERT_TRUE(announce(1, "again"));
  EXPECT_TRUE(run_until(io_, [&] { return !observer_.announcements.empty(); }));
}

TEST_F(DatabasePostgresFeed, SilentLink_IsLostWithinThreeSeconds_ThenReadyAgain) {
  TcpProxy proxy{settings_.postgres.host, settings_.postgres.port};
  settings_.postgres.listen_host = "127.0.0.1";
  settings_.postgres.listen_port = proxy.port();
  watch();
  ASSERT_TRUE(becomes_ready());
  proxy.silence();
  EXPECT_TRUE(run_until(io_, [&] { return !observer_.ready; }, 3s));
  proxy.cut();
  proxy.restore();
  EXPECT_TRUE(becomes_ready(5s));
  feed_.reset();
}

TEST_F(DatabasePostgresFeed, ListenerRefused_NeverBecomesReady_AndSaysSoOnce) {
  settings_.postgres.listen_host = "127.0.0.1";
  settings_.postgres.listen_port = 1;
  watch();
  EXPECT_FALSE(becomes_ready(2s));
  EXPECT_EQ(
      std::count_if(log_.begin(), log_.end(), [](const auto& line) { return line.starts_with("postgres_feed_deaf"); }),
      1);
}

TEST_F(DatabasePostgresFeed, StaysReady_WhileProbesComeBack) {
  watch();
  ASSERT_TRUE(becomes_ready());
  run_until(io_, [] { return false; }, 3500ms);
  EXPECT_TRUE(observer_.ready);
  EXPECT_EQ(observer_.times_ready, 1);
}

TEST_F(DatabasePostgresFeed, FeedAndThePoolsOfTwoIoThreads_UnderLoad_HoldTogetherWhatDbPoolMaxAllows) {
  settings_.postgres.pool_max = 6;
  provider_ = make_provider();
  db_ = provider_->open(io_, 2);
  const auto other = provider_->open(io_, 2);
  feed_ = provider_->watch(io_, observer_);
  ASSERT_TRUE(becomes_ready());
  std::vector<std::shared_ptr<Pending<std::expected<database::Rows, database::Violation>>>> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back(start(db_->execute(sleep, {})));
    calls.push_back(start(other->execute(sleep, {})));
  }
  int most = 0;
  for (const auto& call : calls) {
    ASSERT_TRUE(finish(call));
    most = std::max(most, session_count());
  }
  EXPECT_EQ(most, 6);
}

TEST_F(DatabasePostgresFeed, Destruction_OfAReadyFeed_IsALoss) {
  watch();
  ASSERT_TRUE(becomes_ready());
  feed_.reset();
  EXPECT_FALSE(observer_.ready);
}

}  // namespace
}  // namespace gatehouse::testing
