// The driver behind PgBouncer in transaction mode, where a session belongs to nobody for longer than a transaction.

#include "contract/echo_statements.hpp"
#include "support/pgbouncer.hpp"
#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"
#include "support/tcp_proxy.hpp"

namespace gatehouse::testing {
namespace {

using database::Rows;
using database::Statement;
using database::Violation;
using namespace std::chrono_literals;

constexpr database::Write add_pooled{"pooler_add", "INSERT INTO pooled (id) VALUES ($1)", database::announces_nothing};
constexpr Statement count_rows{"pooler_count", "SELECT count(*) FROM pooled"};

/// Knows only whether its feed is ready.
class Readiness final : public database::ChangeObserver {
 public:
  void on_feed_proved(BootTime) noexcept override { ready = true; }
  void on_feed_lost() noexcept override { ready = false; }
  void on_announcement(const database::Announcement&) noexcept override {}
  void on_unknown_change() noexcept override {}

  bool ready = false;
};

class DatabasePostgresPooler : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    if (!PgBouncer::is_installed()) GTEST_SKIP() << "PgBouncer is not installed";
    database_->run("CREATE TABLE pooled (id bigint PRIMARY KEY)");
    add_change_feed();
    direct_port_ = settings_.postgres.port;
    direct_host_ = settings_.postgres.host;
  }
  void TearDown() override {
    feed_.reset();
    db_.reset();
    proxy_.reset();
    pooler_.reset();
    PostgresTest::TearDown();
  }
  void pool(PgBouncer::Mode mode, unsigned server_connections) {
    pooler_ = std::make_unique<PgBouncer>(direct_host_, direct_port_, mode, server_connections);
    settings_.postgres.host = "127.0.0.1";
    settings_.postgres.port = pooler_->port();
  }
  /// Cuts what the driver sends to the pooler before each Sync, as the network and the pooler's buffer may.
  void cut_before_syncs() {
    proxy_ = std::make_unique<TcpProxy>("127.0.0.1", pooler_->port());
    proxy_->cut_before(std::string{"S\0\0\0\4", 5});
    settings_.postgres.port = proxy_->port();
  }

  std::unique_ptr<PgBouncer> pooler_;
  std::unique_ptr<TcpProxy> proxy_;
  std::string direct_host_;
  std::uint16_t direct_port_ = 0;
  Readiness observer_;
  std::unique_ptr<database::ChangeFeed> feed_;
};

TEST_F(DatabasePostgresPooler, PipelinedCalls_OverFewSharedSessions_AllAnswer) {
  pool(PgBouncer::Mode::transaction, 2);
  keep_connections(6);
  open();
  std::vector<std::shared_ptr<Pending<Rows>>> reads;
  std::vector<std::shared_ptr<Pending<std::expected<Rows, Violation>>>> writes;
  for (std::int64_t i = 0; i < 1'000; ++i) {
    reads.push_back(start(db_->query(echo, {i})));
    if (i % 5 == 0) writes.push_back(start(testing::execute(*db_, add_pooled, {i})));
  }
  for (std::size_t i = 0; i < reads.size(); ++i) {
    ASSERT_TRUE(finish(reads[i]));
    ASSERT_TRUE(reads[i]->value.has_value()) << i;
    EXPECT_EQ((*reads[i]->value)[0].integer(0), static_cast<std::int64_t>(i));
  }
  for (const auto& write : writes) {
    ASSERT_TRUE(finish(write));
    EXPECT_TRUE(write->value && write->value->has_value());
  }
  EXPECT_EQ(run(db_->query(count_rows, {}))[0].integer(0), 200);
}

// Such a pooler takes the session away when it answers a Sync, even if part of the next group has already arrived.
TEST_F(DatabasePostgresPooler, GroupsCutBeforeTheirSync_GetTheirOwnAnswers) {
  pool(PgBouncer::Mode::transaction, 2);
  cut_before_syncs();
  keep_connections(4);
  open();
  std::vector<std::shared_ptr<Pending<Rows>>> reads;
  for (std::int64_t i = 0; i < 500; ++i) {
    reads.push_back(start(db_->query(echo, {i})));
    run_until(io_, [] { return false; }, 1ms);
  }
  for (std::size_t i = 0; i < reads.size(); ++i) {
    ASSERT_TRUE(finish(reads[i]));
    ASSERT_TRUE(reads[i]->value.has_value()) << i;
    EXPECT_EQ((*reads[i]->value)[0].integer(0), static_cast<std::int64_t>(i));
  }
  EXPECT_FALSE(logged("postgres_connection_lost"));
}

TEST_F(DatabasePostgresPooler, SharedSession_IsNoticed_AndNothingKeptInIt) {
  static constexpr Statement kept{"pooler_kept",
                                  "SELECT (SELECT count(*) FROM pg_prepared_statements), "
                                  "current_setting('statement_timeout')"};
  pool(PgBouncer::Mode::transaction, 1);
  open();
  const auto rows = run(db_->query(kept, {}));
  EXPECT_EQ(rows[0].integer(0), 0);
  EXPECT_EQ(rows[0].text(1), "0");
  EXPECT_TRUE(logged("postgres_connected: 127.0.0.1, behind a pooler"));
}

TEST_F(DatabasePostgresPooler, SessionsSaidToBeShared_AreNotAskedAbout) {
  settings_.postgres.prepared_statements = false;
  open();
  EXPECT_EQ(run(db_->query(echo, {std::int64_t{1}}))[0].integer(0), 1);
  EXPECT_TRUE(logged("postgres_connected: 127.0.0.1, behind a pooler"));
}

TEST_F(DatabasePostgresPooler, SessionOfItsOwn_EndsStatementsThatNobodyWaitsFor) {
  static constexpr Statement timeout{"pooler_timeout_own", "SELECT current_setting('statement_timeout')"};
  settings_.query_timeout = 29s;
  open();
  EXPECT_EQ(run(db_->query(timeout, {}))[0].text(0), "30s");
  EXPECT_TRUE(logged("postgres_connected: 127.0.0.1"));
  EXPECT_FALSE(logged("postgres_connected: 127.0.0.1, sessions"));
}

TEST_F(DatabasePostgresPooler, FailedBatch_LeavesNothing) {
  pool(PgBouncer::Mode::transaction, 1);
  open();
  const auto failed = run(testing::batch(*db_, {{&add_pooled, {std::int64_t{1}}}, {&add_pooled, {std::int64_t{1}}}}));
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().kind, Violation::Kind::unique);
  EXPECT_EQ(run(db_->query(count_rows, {}))[0].integer(0), 0);
}

TEST_F(DatabasePostgresPooler, Script_RunsAsOneTransaction) {
  pool(PgBouncer::Mode::transaction, 1);
  open();
  EXPECT_TRUE(run(schema().run_script("CREATE TABLE one (id int); CREATE TABLE two (id int)")).has_value());
  EXPECT_THROW((void)run(schema().run_script("CREATE TABLE three (id int); SELECT nonsense")),
               database::StatementFailed);
  EXPECT_EQ(database_->run("SELECT count(*) FROM information_schema.tables WHERE table_name IN ('one','two','three')"),
            "2");
}

TEST_F(DatabasePostgresPooler, CheckAndScript_AfterEachOther_LeaveNoSettingInTheSharedSession) {
  static constexpr Statement timeout{"pooler_timeout", "SELECT current_setting('statement_timeout')"};
  database_->run("ALTER DATABASE " + database_->name() + " SET statement_timeout = '40s'");
  pool(PgBouncer::Mode::transaction, 1);
  open();
  const auto rows = run(schema().run_check("SELECT current_setting('statement_timeout')"));
  EXPECT_EQ(rows[0].text(0), "0");
  EXPECT_TRUE(run(schema().run_script("CREATE TABLE one (id int)")).has_value());
  EXPECT_EQ(run(db_->query(timeout, {}))[0].text(0), "40s");
}

TEST_F(DatabasePostgresPooler, FeedThroughTransactionMode_IsNeverReady_AndSaysSo) {
  pool(PgBouncer::Mode::transaction, 2);
  open();
  provider_->observers().add(observer_);
  feed_ = provider_->watch(io_);
  EXPECT_TRUE(run_until(io_, [&] { return logged("postgres_feed_deaf"); }));
  EXPECT_FALSE(run_until(io_, [&] { return observer_.ready; }, 3s));
}

TEST_F(DatabasePostgresPooler, FeedListeningPastThePooler_IsReady) {
  pool(PgBouncer::Mode::transaction, 2);
  settings_.postgres.listen_host = direct_host_;
  settings_.postgres.listen_port = direct_port_;
  open();
  provider_->observers().add(observer_);
  feed_ = provider_->watch(io_);
  EXPECT_TRUE(run_until(io_, [&] { return observer_.ready; }));
}

TEST_F(DatabasePostgresPooler, FeedThroughSessionMode_IsReady) {
  pool(PgBouncer::Mode::session, 5);
  open();
  provider_->observers().add(observer_);
  feed_ = provider_->watch(io_);
  EXPECT_TRUE(run_until(io_, [&] { return observer_.ready; }));
}

}  // namespace
}  // namespace gatehouse::testing
