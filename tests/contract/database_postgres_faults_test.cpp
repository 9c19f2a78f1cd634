// What happens when the server is slow, killed, away or back: an answer within the deadline, and recovery by itself.

#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"
#include "support/scripted_postgres.hpp"
#include "support/tcp_proxy.hpp"

namespace gatehouse::testing {
namespace {

using database::Parameters;
using database::Rows;
using database::Statement;
using database::Unavailable;
using SteadyClock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr database::Write echo_write{"faults_echo", "SELECT CAST($1 AS bigint)", database::announces_nothing};
constexpr Statement long_sleep{"faults_sleep", "SELECT 1 FROM pg_sleep(30)"};
constexpr database::Write insert_written{"faults_write", "INSERT INTO written (id) VALUES ($1)",
                                         database::announces_nothing};
constexpr database::Write slow_write{"faults_slow_write", "INSERT INTO written SELECT 1 FROM pg_sleep(30)",
                                     database::announces_nothing};

class DatabasePostgresFaults : public PostgresTest {
 protected:
  std::int64_t ask(std::int64_t value) { return run(db_->query(echo_write.statement, {value}))[0].integer(0); }

  /// True if the write was done; false while the database is unavailable.
  bool writes(std::int64_t id) {
    try {
      return run(testing::execute(*db_, insert_written, {id})).has_value();
    } catch (const Unavailable&) {
      return false;
    }
  }

  /// True if a query is answered soon; asks again while the database is unavailable. A connection attempt that gets no
  /// answer lasts longer (DB_CONNECT_TIMEOUT), so recovery must not wait for one.
  bool recovers() {
    const auto answered = [this] {
      try {
        return ask(1) == 1;
      } catch (const Unavailable&) {
        return false;
      }
    };
    return run_until(io_, answered, 20s);
  }

  /// Sends the driver through a proxy from now on.
  TcpProxy& through_proxy() {
    proxy_ = std::make_unique<TcpProxy>(settings_.postgres.host, settings_.postgres.port);
    settings_.postgres.host = "127.0.0.1";
    settings_.postgres.port = proxy_->port();
    return *proxy_;
  }

  void TearDown() override {
    db_.reset();
    proxy_.reset();
    scripted_.reset();
    PostgresTest::TearDown();
  }

  std::unique_ptr<TcpProxy> proxy_;
  std::unique_ptr<ScriptedPostgres> scripted_;  ///< ends only when its client is gone
};

TEST_F(DatabasePostgresFaults, SlowQuery_EndsAtItsDeadline_AndTheNextIsServed) {
  settings_.query_timeout = 300ms;
  open();
  const auto begin = SteadyClock::now();
  const auto slow = start(db_->query(long_sleep, {}));
  ASSERT_TRUE(finish(slow));
  EXPECT_EQ(slow->unavailable(), Unavailable::Reason::deadline);
  EXPECT_GE(SteadyClock::now() - begin, 300ms);
  EXPECT_LT(SteadyClock::now() - begin, 10s);
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, QueriesBehindASlowOne_AreServedElsewhere) {
  settings_.query_timeout = 10s;
  keep_connections(1);
  open();
  EXPECT_EQ(ask(1), 1);
  const auto begin = SteadyClock::now();
  const auto slow = start(db_->query(long_sleep, {}));
  ASSERT_TRUE(become_active(1, "%pg_sleep(30)%"));
  // Long before its deadline, but so late that the others still have as much time after it.
  ASSERT_TRUE(run_until(io_, [&] { return SteadyClock::now() - begin >= 5s; }));
  const auto innocent = start(db_->query(echo_write.statement, {std::int64_t{2}}));
  const auto unlucky_write = start(testing::execute(*db_, slow_write, {}));
  ASSERT_TRUE(finish(slow) && finish(innocent) && finish(unlucky_write));
  EXPECT_EQ(slow->unavailable(), Unavailable::Reason::deadline);
  ASSERT_TRUE(innocent->value.has_value());
  EXPECT_EQ((*innocent->value)[0].integer(0), 2);
  EXPECT_EQ(unlucky_write->unavailable(), Unavailable::Reason::connection);
}

TEST_F(DatabasePostgresFaults, AbandonedQuery_IsEndedOnTheServerToo) {
  settings_.query_timeout = 300ms;
  open();
  const auto slow = start(db_->query(long_sleep, {}));
  ASSERT_TRUE(finish(slow));
  EXPECT_TRUE(run_until(io_, [&] {
    return database_->run(
               "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' "
               "AND datname = current_database() AND pid <> pg_backend_pid()") == "0";
  }));
}

TEST_F(DatabasePostgresFaults, TerminatedSession_FailsItsWrite_ThenRecovers) {
  database_->run("CREATE TABLE written (id bigint PRIMARY KEY)");
  open();
  EXPECT_EQ(ask(1), 1);
  const auto killed = start(testing::execute(*db_, slow_write, {}));
  ASSERT_TRUE(become_active(1, "%pg_sleep%"));
  terminate_sessions();
  ASSERT_TRUE(finish(killed));
  EXPECT_EQ(killed->unavailable(), Unavailable::Reason::connection);
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, ReadOnALostConnection_IsSentAgain) {
  static constexpr Statement wait_for_flag{"faults_wait_for_flag", "SELECT CAST(pg_advisory_lock_shared(7) AS text)"};
  AdminConnection administrator{database_->conninfo()};
  administrator.run("SELECT pg_advisory_lock(7)");
  keep_connections(1);  // so that the read is not repeated on another connection that ends, too
  open();
  const auto read = start(db_->query(wait_for_flag, {}));
  ASSERT_TRUE(become_active(1, "%pg_advisory_lock_shared%"));
  terminate_sessions();
  ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_connection_lost"); }));
  ASSERT_TRUE(become_active(1, "%pg_advisory_lock_shared%"));
  administrator.run("SELECT pg_advisory_unlock(7)");
  ASSERT_TRUE(finish(read));
  EXPECT_TRUE(read->value);
}

TEST_F(DatabasePostgresFaults, ReadThatLosesItsConnectionTwice_Fails_ThenRecovers) {
  keep_connections(1);  // so that no other connection that ends counts as the second loss
  open();
  EXPECT_EQ(ask(1), 1);
  const auto killed = start(db_->query(long_sleep, {}));
  for (int times = 1; times <= 2; ++times) {
    ASSERT_TRUE(become_active(1, "%pg_sleep(30)%"));
    log_.clear();
    terminate_sessions();
    ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_connection_lost"); }));
  }
  ASSERT_TRUE(finish(killed));
  EXPECT_EQ(killed->unavailable(), Unavailable::Reason::connection);
  EXPECT_TRUE(recovers());
  EXPECT_TRUE(logged("postgres_connection_lost"));
}

TEST_F(DatabasePostgresFaults, TerminatedIdleSession_IsReplacedBeforeItIsUsed) {
  keep_connections(1);
  open();
  for (std::int64_t round = 0; round < 5; ++round) {
    EXPECT_EQ(ask(round), round);
    log_.clear();
    terminate_sessions();
    ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_connection_lost"); }));
  }
  EXPECT_EQ(ask(7), 7);
}

TEST_F(DatabasePostgresFaults, ServerAway_FailsFast_AndRecovers) {
  auto& proxy = through_proxy();
  keep_connections(1);  // without it the database is unavailable
  open();
  EXPECT_EQ(ask(1), 1);
  proxy.cut();
  ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_connect_failed"); }));
  const auto begin = SteadyClock::now();
  for (int i = 0; i < 10; ++i) {
    const auto refused = start(db_->query(echo_write.statement, {std::int64_t{1}}));
    ASSERT_TRUE(finish(refused));
    EXPECT_EQ(refused->unavailable(), Unavailable::Reason::connection);
  }
  EXPECT_LT(SteadyClock::now() - begin, 10s) << "none waited for its deadline or for the next attempt";
  run_until(io_, [] { return false; }, 3s);  // the pauses between attempts have grown by now
  proxy.restore();
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, ServerSilent_EndsAtTheDeadline_AndRecovers) {
  settings_.query_timeout = 500ms;
  auto& proxy = through_proxy();
  open();
  ASSERT_TRUE(recovers());
  proxy.silence();
  const auto begin = SteadyClock::now();
  const auto read = start(db_->query(echo_write.statement, {std::int64_t{1}}));
  const auto script = start(testing::batch(*db_, {{&echo_write, {std::int64_t{1}}}}));
  ASSERT_TRUE(finish(read) && finish(script));
  EXPECT_TRUE(read->unavailable().has_value());
  EXPECT_TRUE(script->unavailable().has_value());
  EXPECT_LT(SteadyClock::now() - begin, 10s);
  proxy.cut();
  proxy.restore();
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, AttemptsIntoTheVoid_DoNotHideThatTheServerIsBack) {
  settings_.query_timeout = 500ms;
  auto& proxy = through_proxy();
  proxy.silence();  // what it swallows now never gets an answer
  open();
  ASSERT_TRUE(run_until(io_, [&] {
    const auto refused = start(db_->query(echo_write.statement, {std::int64_t{1}}));
    return finish(refused) && refused->unavailable() == Unavailable::Reason::connection;
  }));
  proxy.restore();
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, FirstQueries_WaitForTheFirstConnection) {
  auto& proxy = through_proxy();
  proxy.cut();
  open();
  const auto early = start(db_->query(echo_write.statement, {std::int64_t{4}}));
  ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_connect_failed"); }));
  EXPECT_FALSE(early->done());
  proxy.restore();
  ASSERT_TRUE(finish(early));
  ASSERT_TRUE(early->value.has_value());
  EXPECT_EQ((*early->value)[0].integer(0), 4);
}

TEST_F(DatabasePostgresFaults, FirstQueries_EndAtTheirDeadline_WhenNoConnectionComes) {
  settings_.query_timeout = 300ms;
  through_proxy().cut();
  open();
  const auto early = start(db_->query(echo_write.statement, {std::int64_t{4}}));
  ASSERT_TRUE(finish(early));
  EXPECT_EQ(early->unavailable(), Unavailable::Reason::deadline);
}

TEST_F(DatabasePostgresFaults, CutConnections_UnderLoad_LoseNoAcknowledgedWrite) {
  database_->run("CREATE TABLE written (id bigint PRIMARY KEY)");
  auto& proxy = through_proxy();
  open();
  std::vector<std::shared_ptr<Pending<std::expected<Rows, database::Violation>>>> calls;
  for (std::int64_t id = 0; id < 2'000; ++id) {
    calls.push_back(start(testing::execute(*db_, insert_written, {id})));
    if (id == 1'000) {
      ASSERT_TRUE(finish(calls[100]));
      proxy.cut();
      proxy.restore();
    }
  }
  int acknowledged = 0;
  std::string ids = "0";
  for (std::size_t id = 1; id < calls.size(); ++id) {
    ASSERT_TRUE(finish(calls[id]));
    if (!calls[id]->value || !calls[id]->value->has_value()) continue;
    ++acknowledged;
    ids += "," + std::to_string(id);
  }
  EXPECT_GT(acknowledged, 100);
  EXPECT_EQ(database_->run("SELECT count(*) FROM written WHERE id > 0 AND id IN (" + ids + ")"),
            std::to_string(acknowledged));
}

TEST_F(DatabasePostgresFaults, ReadOnlyServer_IsNotConnectedTo) {
  keep_connections(1);
  database_->run("ALTER DATABASE " + database_->name() + " SET default_transaction_read_only = on");
  open();
  ASSERT_TRUE(run_until(io_, [&] { return logged("postgres_connect_failed"); }));
  EXPECT_NE(log_.front().find("session is read-only"), std::string::npos) << log_.front();
  AdminConnection{test_postgres_url().value()}.run("ALTER DATABASE " + database_->name() +
                                                   " RESET default_transaction_read_only");
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, SilentFirstServer_DoesNotHideTheSecond) {
  settings_.query_timeout = 500ms;
  const std::string port = std::to_string(settings_.postgres.port);
  through_proxy().silence();  // it accepts connections and never answers
  settings_.postgres.host = "127.0.0.1,localhost";
  settings_.postgres.ports = {settings_.postgres.port, static_cast<std::uint16_t>(std::stoi(port))};
  open();
  EXPECT_TRUE(recovers());
  EXPECT_TRUE(logged("postgres_connected: localhost"));
}

TEST_F(DatabasePostgresFaults, FirstServerThatHangsUp_HidTheSecondForEver) {
  const ReservedPort nobody;
  const TcpProxy hangs_up{"127.0.0.1", nobody.number()};  // like a load balancer whose server is gone
  settings_.postgres.ports = {hangs_up.port(), settings_.postgres.port};
  settings_.postgres.host = "127.0.0.1,localhost";
  open();
  EXPECT_TRUE(recovers());
  EXPECT_TRUE(logged("postgres_connected: localhost"));
}

TEST_F(DatabasePostgresFaults, FirstServerThatHangsUpAfterTheLogin_HidTheSecondForEver) {
  scripted_ = std::make_unique<ScriptedPostgres>(std::vector<std::string>{});  // like a pooler whose server is gone
  settings_.postgres.ports = {scripted_->port(), settings_.postgres.port};
  settings_.postgres.host = "127.0.0.1,localhost";
  open();
  EXPECT_TRUE(recovers());
  EXPECT_TRUE(logged("postgres_connected: localhost"));
}

TEST_F(DatabasePostgresFaults, HostThatNobodyKnows_DoesNotHideTheOther) {
  settings_.postgres.host = "no-such-host.invalid," + settings_.postgres.host;
  open();
  EXPECT_EQ(ask(1), 1);
}

TEST_F(DatabasePostgresFaults, ReadOnlyServer_IsUnavailable_AndItsConnectionDropped) {
  settings_.postgres.target_session_attrs = "any";  // as if the server turned read-only after the connection was made
  database_->run("CREATE TABLE written (id bigint PRIMARY KEY)");
  database_->run("ALTER DATABASE " + database_->name() + " SET default_transaction_read_only = on");
  open();
  const auto refused = start(testing::execute(*db_, insert_written, {std::int64_t{1}}));
  ASSERT_TRUE(finish(refused));
  EXPECT_EQ(refused->unavailable(), Unavailable::Reason::read_only);
  AdminConnection{test_postgres_url().value()}.run("ALTER DATABASE " + database_->name() +
                                                   " RESET default_transaction_read_only");
  EXPECT_TRUE(run_until(io_, [&] { return logged("postgres_connection_lost: the server turned read-only"); }));
  // Other connections may have been opened in the meantime; each finds out by its own first write.
  EXPECT_TRUE(run_until(io_, [&] { return writes(1); }));
}

TEST_F(DatabasePostgresFaults, WrongPasswordOrDatabase_IsUnavailable_AndLoggedOnce) {
  settings_.query_timeout = 1'000ms;
  settings_.postgres.name = "no_such_database";
  open();
  const auto call = start(db_->query(echo_write.statement, {std::int64_t{1}}));
  ASSERT_TRUE(finish(call));
  EXPECT_TRUE(call->unavailable().has_value());
  EXPECT_TRUE(run_until(io_, [&] { return logged("postgres_connect_failed"); }));
  EXPECT_EQ(log_.size(), 1U);
}

TEST_F(DatabasePostgresFaults, ServerThatDropsEveryoneAfterTheLogin_IsNotStormed) {
  scripted_ = std::make_unique<ScriptedPostgres>(std::vector<std::string>{});
  settings_.postgres.host = "127.0.0.1";
  settings_.postgres.port = scripted_->port();
  keep_connections(4);
  open();
  ASSERT_TRUE(run_until(io_, [&] { return scripted_->logins() > 0; }));
  run_until(io_, [] { return false; }, 1'000ms);
  EXPECT_LT(scripted_->logins(), 60) << "pauses grow from 50 ms";
}

TEST_F(DatabasePostgresFaults, NobodyListensToTheLog_TriesAgainAllTheSame_AndTheErrorSaysWhy) {
  auto& proxy = through_proxy();
  proxy.cut();
  settings_.query_timeout = 500ms;
  provider_ = std::make_unique<database::postgres::PostgresProvider>(settings_, database::DriverLog{}, random_);
  db_ = provider_->open(io_, 1);
  try {
    ask(1);
    FAIL() << "the server is away";
  } catch (const Unavailable& failure) {
    EXPECT_NE(std::string_view{failure.what()}.find("Connection refused"), std::string_view::npos) << failure.what();
  }
  proxy.restore();
  EXPECT_TRUE(recovers());
}

TEST_F(DatabasePostgresFaults, Destruction_WithQueriesInFlight_EndsThemAsStopped) {
  keep_connections(1);
  settings_.queue_max = 1'000;
  open();
  EXPECT_EQ(ask(1), 1);
  const auto sent = start(db_->query(long_sleep, {}));
  std::vector<std::shared_ptr<Pending<Rows>>> waiting;
  for (int i = 0; i < 500; ++i) waiting.push_back(start(db_->query(echo_write.statement, {std::int64_t{i}})));
  const auto script = start(schema().run_script("SELECT pg_sleep(30)"));
  ASSERT_TRUE(become_active(2, "%pg_sleep(30)%"));
  db_.reset();
  schema_.reset();
  ASSERT_TRUE(finish(sent) && finish(script));
  EXPECT_EQ(sent->unavailable(), Unavailable::Reason::stopped);
  EXPECT_EQ(script->unavailable(), Unavailable::Reason::stopped);
  for (const auto& call : waiting) {
    ASSERT_TRUE(finish(call));
    EXPECT_EQ(call->unavailable(), Unavailable::Reason::stopped);
  }
}

TEST_F(DatabasePostgresFaults, NamedHost_IsResolvedWithoutBlocking) {
  if (settings_.postgres.host != "127.0.0.1") GTEST_SKIP() << "the test server is not on 127.0.0.1";
  settings_.postgres.host = "localhost";
  open();
  EXPECT_EQ(ask(3), 3);
}

TEST_F(DatabasePostgresFaults, UnknownHost_IsUnavailable) {
  settings_.query_timeout = 3'000ms;
  settings_.postgres.host = "no-such-host.invalid";
  open();
  const auto call = start(db_->query(echo_write.statement, {std::int64_t{1}}));
  ASSERT_TRUE(finish(call));
  EXPECT_TRUE(call->unavailable().has_value());
}

}  // namespace
}  // namespace gatehouse::testing
