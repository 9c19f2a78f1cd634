// The server grants fewer connections than the process is configured for.

#include "contract/echo_statements.hpp"
#include "support/postgres_fixture.hpp"
#include "support/recording_observer.hpp"

namespace gatehouse::testing {
namespace {

using database::Rows;
using database::Statement;

/// The driver logs in as a role that is not a superuser, whose connections the server counts.
class DatabasePostgresFewConnections : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    role_ = database_->name() + "_role";
    database_->run("CREATE ROLE " + role_ + " LOGIN");
    add_change_feed();
    database_->run("GRANT ALL ON change_feed TO " + role_);
    settings_.postgres.user = role_;
  }
  void TearDown() override {
    feed_.reset();
    other_.reset();
    db_.reset();
    provider_.reset();
    if (database_) {
      EXPECT_TRUE(run_until(io_, [&] { return session_count() == 0; }));
      database_->run("DROP OWNED BY " + role_ + "; DROP ROLE " + role_);
    }
    PostgresTest::TearDown();
  }

  void limit(int connections) {
    database_->run("ALTER ROLE " + role_ + " CONNECTION LIMIT " + std::to_string(connections));
  }
  /// Opens the pools of two io threads and the feed of one process.
  void open_all() {
    provider_ = make_provider();
    provider_->observers().add(observer_);
    db_ = provider_->open(io_, 2);
    other_ = provider_->open(io_, 2);
    feed_ = provider_->watch(io_);
  }
  /// Calls both pools until they answer: a call fails at once while its pool has no connection.
  bool both_answer() {
    return run_until(io_, [&] {
      const auto one = start(db_->query(echo, {std::int64_t{1}}));
      const auto two = start(other_->query(echo, {std::int64_t{2}}));
      return finish(one) && finish(two) && one->value && two->value;
    });
  }
  bool feed_is_proved() {
    return run_until(io_, [&] { return !observer_.heard.empty() && observer_.heard.back() == "proved"; });
  }
  int count_logged(std::string_view event) const {
    return static_cast<int>(
        std::ranges::count_if(log_, [&](const std::string& line) { return line.starts_with(event); }));
  }

  std::string role_;
  RecordingObserver observer_;
  std::unique_ptr<database::Database> other_;
  std::unique_ptr<database::ChangeFeed> feed_;
};

// After an outage the feed was once often the first, and kept a connection that an io thread then tried in vain to get.
TEST_F(DatabasePostgresFewConnections, AfterAnOutage_TheRequestsComeFirst_AndTheFeedWhenThereAreMore) {
  open_all();
  ASSERT_TRUE(both_answer() && feed_is_proved());
  limit(3);
  for (int outage = 0; outage < 5; ++outage) {
    terminate_sessions();
    ASSERT_TRUE(both_answer()) << outage;
  }
  log_.clear();
  limit(4);
  observer_.heard.clear();
  EXPECT_TRUE(feed_is_proved());
  EXPECT_LE(count_logged("postgres_feed_deaf"), 1);
}

TEST_F(DatabasePostgresFewConnections, FeedThatHoldsWhatAPoolNeeds_GivesItBack) {
  limit(3);
  provider_ = make_provider();
  provider_->observers().add(observer_);
  feed_ = provider_->watch(io_);
  ASSERT_TRUE(feed_is_proved());
  db_ = provider_->open(io_, 2);
  other_ = provider_->open(io_, 2);
  EXPECT_TRUE(both_answer());
  EXPECT_EQ(observer_.heard.back(), "lost");
  EXPECT_EQ(count_logged("postgres_feed_lost: its connections were given up for requests"), 1);
}

}  // namespace
}  // namespace gatehouse::testing
