// Announcements reach every process, and a feed that might miss one says so.

#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"
#include "support/tcp_proxy.hpp"

namespace gatehouse::testing {
namespace {

using database::Statement;
using SteadyClock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr database::Write sleep_in_feed{"feed_sleep", "SELECT 1 FROM pg_sleep(0.05)", database::announces_nothing};
constexpr database::Write add_revoked{"feed_add", "INSERT INTO revoked (id) VALUES ($1)", database::announces_nothing};

/// Remembers what a feed said, and when.
class TimedObserver final : public database::ChangeObserver {
 public:
  void on_feed_proved(BootTime until) noexcept override {
    trusted_until = until;
    if (std::exchange(ready, true)) return;
    ++times_ready;
    ready_since = SteadyClock::now();
  }
  void on_feed_lost() noexcept override { ready = false; }
  void on_announcement(const database::Announcement& announcement) noexcept override {
    remember(to_text(announcement));
  }
  void on_unknown_change() noexcept override { remember("unknown"); }

  bool ready = false;
  BootTime trusted_until;
  int times_ready = 0;
  SteadyClock::time_point ready_since;
  std::vector<std::string> announcements;
  SteadyClock::time_point arrived;

 private:
  void remember(std::string announcement) {
    announcements.push_back(std::move(announcement));
    arrived = SteadyClock::now();
  }
};

class DatabasePostgresFeed : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    database_->run("CREATE TABLE revoked (id bigint PRIMARY KEY)");
    add_change_feed();
  }
  void TearDown() override {
    feed_.reset();
    elsewhere_.reset();
    PostgresTest::TearDown();
    other_process_.reset();
  }

  void watch() {
    open();
    other_process_ = make_provider();
    elsewhere_ = other_process_->open(io_, 1);
    provider_->observers().add(observer_);
    feed_ = provider_->watch(io_);
  }
  bool becomes_ready(std::chrono::milliseconds at_most = patience) {
    return run_until(io_, [&] { return observer_.ready; }, at_most);
  }
  /// As another process would, because this one's observers hear of its own writes without a feed.
  bool announce(std::int64_t id, std::string_view topic) {
    std::vector<PlainCommand> commands;
    commands.push_back({&add_revoked, {id}});
    std::vector<database::Announcement> announcements{{.topic = topic, .id = 7}};
    const bool done = run(batch(*elsewhere_, std::move(commands), std::move(announcements))).has_value();
    committed_ = SteadyClock::now();
    return done;
  }
  /// Announces, under a new id each time, until it is heard: again only after the feed has said that it may have missed
  /// one, as it does if this machine stalled for longer than a probe may take.
  bool is_heard(std::string_view topic) {
    constexpr int losses_max = 20;
    for (int losses = 0; losses < losses_max && becomes_ready(); ++losses) {
      const auto heard_before = observer_.announcements.size();
      const int times_ready = observer_.times_ready;
      if (!announce(++last_id_, topic)) return false;
      const auto heard = [&] { return observer_.announcements.size() > heard_before; };
      const auto lost = [&] { return !observer_.ready || observer_.times_ready != times_ready; };
      if (!run_until(io_, [&] { return heard() || lost(); })) return false;
      if (heard()) return true;
    }
    return false;
  }
  void terminate_listener() {
    database_->run(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'gatehouse' AND "
        "datname = current_database() AND query LIKE 'LISTEN %'");
  }

  TimedObserver observer_;
  std::unique_ptr<database::ChangeFeed> feed_;
  std::unique_ptr<database::Provider> other_process_;
  std::unique_ptr<database::Database> elsewhere_;
  std::int64_t last_id_ = 0;
  SteadyClock::time_point committed_;  ///< when the last announcement's batch was answered
};

TEST_F(DatabasePostgresFeed, Announcement_ReachesTheObserver) {
  watch();
  ASSERT_TRUE(is_heard("revoked"));
  EXPECT_EQ(observer_.announcements, std::vector<std::string>{"revoked:7"});
}

TEST_F(DatabasePostgresFeed, NotificationOfAnOperator_IsAChangeThatNobodyCanName) {
  watch();
  EXPECT_TRUE(run_until(io_, [&] {
    if (becomes_ready()) database_->run("NOTIFY gatehouse, 'all'");
    return run_until(io_, [&] { return !observer_.announcements.empty(); }, 1s);
  }));
  EXPECT_EQ(observer_.announcements.front(), "unknown");
}

TEST_F(DatabasePostgresFeed, SeveralAnnouncementsOfOneCommit_AllArrive) {
  watch();
  const std::vector<database::Announcement> announced{{.topic = "one", .id = 1}, {.topic = "two", .id = 2}};
  EXPECT_TRUE(run_until(io_, [&] {
    if (!becomes_ready()) return false;
    observer_.announcements.clear();
    std::vector<PlainCommand> commands;
    commands.push_back({&add_revoked, {++last_id_}});
    EXPECT_TRUE(run(batch(*elsewhere_, std::move(commands), announced)));
    return run_until(io_, [&] { return observer_.announcements.size() == 2; }, 1s);
  }));
  EXPECT_EQ(observer_.announcements, (std::vector<std::string>{"one:1", "two:2"}));
}

TEST_F(DatabasePostgresFeed, Announcement_OfARolledBackBatch_IsNeverHeard) {
  watch();
  ASSERT_TRUE(is_heard("first"));
  EXPECT_FALSE(announce(last_id_, "violates"));
  ASSERT_TRUE(is_heard("last"));
  EXPECT_EQ(observer_.announcements, (std::vector<std::string>{"first:7", "last:7"}));
}

// Other work on the machine may delay any of them. If a quarter is in time, none waits for a timer.
TEST_F(DatabasePostgresFeed, Announcements_NotHeldUp_ArriveWithin20Milliseconds) {
  watch();
  std::vector<std::chrono::nanoseconds> delays;
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(is_heard("x"));
    delays.push_back(observer_.arrived - committed_);
  }
  std::sort(delays.begin(), delays.end());
  EXPECT_LE(delays[delays.size() / 4], 20ms);
}

TEST_F(DatabasePostgresFeed, TerminatedListener_IsLostAtOnce_ThenReadyAgain) {
  watch();
  // If this machine stalls, a probe may notice first; if nothing else noticed, a probe would every time.
  EXPECT_TRUE(run_until(io_, [&] {
    if (!becomes_ready()) return false;
    log_.clear();
    terminate_listener();
    return run_until(io_, [&] { return !observer_.ready; }) && !logged("postgres_feed_lost: a probe did not come back");
  }));
  ASSERT_TRUE(becomes_ready());
  EXPECT_GE(observer_.times_ready, 2);
  EXPECT_TRUE(is_heard("again"));
}

TEST_F(DatabasePostgresFeed, SilentLink_IsLostByItsProbe_ThenReadyAgain) {
  TcpProxy proxy{settings_.postgres.host, settings_.postgres.port};
  settings_.postgres.listen_host = "127.0.0.1";
  settings_.postgres.listen_port = proxy.port();
  watch();
  ASSERT_TRUE(becomes_ready());
  proxy.silence();
  EXPECT_TRUE(run_until(io_, [&] { return !observer_.ready; }, 20s)) << "it takes 2.5 s";
  proxy.cut();
  proxy.restore();
  EXPECT_TRUE(becomes_ready());
  feed_.reset();
}

// Such probes arrive through a shared session in which an earlier attempt has left its LISTEN.
TEST_F(DatabasePostgresFeed, ProbesOfEarlierAttempts_DoNotKeepItReady) {
  settings_.postgres.listen_host = settings_.postgres.host;
  settings_.postgres.listen_port = settings_.postgres.port;
  TcpProxy proxy{settings_.postgres.host, settings_.postgres.port};
  settings_.postgres.host = "127.0.0.1";
  settings_.postgres.port = proxy.port();
  watch();
  ASSERT_TRUE(becomes_ready());
  proxy.silence();
  const auto probe_from_elsewhere = [&] {
    database_->run(
        "SELECT pg_notify(substring(query FROM 'gatehouse_ping_[0-9a-f]+'), 'probe:0@1') FROM pg_stat_activity WHERE "
        "application_name = 'gatehouse' AND datname = current_database() AND query LIKE 'LISTEN %'");
  };
  EXPECT_TRUE(run_until(
      io_,
      [&] {
        probe_from_elsewhere();
        return !observer_.ready;
      },
      20s));
  feed_.reset();
}

TEST_F(DatabasePostgresFeed, ListenerRefused_NeverBecomesReady_AndSaysSoOnce) {
  settings_.postgres.listen_host = "127.0.0.1";
  settings_.postgres.listen_port = 1;
  watch();
  ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_feed_deaf"); }));
  EXPECT_FALSE(becomes_ready(2s));
  EXPECT_EQ(
      std::count_if(log_.begin(), log_.end(), [](const auto& line) { return line.starts_with("postgres_feed_deaf"); }),
      1);
}

TEST_F(DatabasePostgresFeed, StaysReady_WhileProbesComeBack) {
  watch();
  // If no probe came back, it would be ready for only 2.5 s at a time.
  EXPECT_TRUE(run_until(io_, [&] { return observer_.ready && SteadyClock::now() - observer_.ready_since > 3500ms; }));
}

TEST_F(DatabasePostgresFeed, FeedAndThePoolsOfTwoIoThreads_UnderLoad_HoldTogetherWhatDbPoolMaxAllows) {
  settings_.postgres.pool_max = 6;
  settings_.postgres.idle_timeout = std::chrono::minutes{10};  // so that one too many would stay
  provider_ = make_provider();
  db_ = provider_->open(io_, 2);
  const auto other = provider_->open(io_, 2);
  provider_->observers().add(observer_);
  feed_ = provider_->watch(io_);
  std::vector<std::shared_ptr<Pending<std::expected<database::Rows, database::Violation>>>> calls;
  const auto is_idle = [&] { return std::ranges::all_of(calls, [](const auto& call) { return call->done(); }); };
  const auto load = [&] {
    for (int i = 0; i < 20; ++i) {
      calls.push_back(start(testing::execute(*db_, sleep_in_feed, {})));
      calls.push_back(start(testing::execute(*other, sleep_in_feed, {})));
    }
  };
  EXPECT_TRUE(run_until(io_, [&] {
    if (is_idle()) load();
    return session_count() == 6;
  }));
  load();
  ASSERT_TRUE(run_until(io_, is_idle));
  // The server keeps a session that has ended, such as a lost feed's, for a moment longer.
  EXPECT_TRUE(run_until(io_, [&] { return session_count() == 6; }));
}

TEST_F(DatabasePostgresFeed, Destruction_OfAReadyFeed_IsALoss) {
  watch();
  ASSERT_TRUE(becomes_ready());
  feed_.reset();
  EXPECT_FALSE(observer_.ready);
}

}  // namespace
}  // namespace gatehouse::testing
