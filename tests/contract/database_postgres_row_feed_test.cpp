// Announcements as rows (CHANGE_FEED=redis) reach every process, whoever makes the change and however it is announced,
// and a feed that might miss one says so. No Redis is needed: it only makes looks come sooner.

#include <gtest/gtest.h>

#include <algorithm>

#include "sessions/session_store.hpp"
#include "support/backend.hpp"
#include "support/pgbouncer.hpp"
#include "support/plain_writes.hpp"
#include "support/postgres_fixture.hpp"
#include "support/recording_observer.hpp"
#include "support/test_postgres.hpp"

namespace gatehouse::testing {
namespace {

using database::Announcement;
using database::ChangeFeedKind;
using Texts = std::vector<std::string>;

constexpr database::Write add_row_told{"row_feed_add", "INSERT INTO told (id) VALUES ($1)",
                                       database::announces_nothing};
constexpr database::Statement count_told{"row_feed_count", "SELECT count(*) FROM told"};

class DatabasePostgresRowFeed : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    database_->run("CREATE TABLE told (id bigint PRIMARY KEY)");
    add_change_feed();
    settings_.change_feed = ChangeFeedKind::redis;
  }
  void TearDown() override {
    feed_.reset();
    elsewhere_.reset();
    db_.reset();
    other_process_.reset();
    pooler_.reset();
    PostgresTest::TearDown();
  }

  void watch() {
    open();
    open_elsewhere(settings_.change_feed);
    provider_->observers().add(observer_);
    feed_ = provider_->watch(io_);
  }
  /// Opens another process, of which this one hears only through its feed.
  void open_elsewhere(ChangeFeedKind kind) {
    const ChangeFeedKind own = std::exchange(settings_.change_feed, kind);
    elsewhere_.reset();
    other_process_ = make_provider();
    elsewhere_ = other_process_->open(io_, 1);
    settings_.change_feed = own;
  }
  bool is_proved() {
    return run_until(io_, [&] { return std::ranges::find(observer_.heard, "proved") != observer_.heard.end(); });
  }
  bool announce(std::vector<Announcement> announcements) {
    std::vector<PlainCommand> commands;
    commands.push_back({&add_row_told, {++last_id_}});
    return run(batch(*elsewhere_, std::move(commands), std::move(announcements))).has_value();
  }
  /// Everything that was heard, except proofs, once `last` has been heard.
  Texts heard_until(const std::string& last) {
    EXPECT_TRUE(run_until(io_, [&] { return std::ranges::find(observer_.heard, last) != observer_.heard.end(); }))
        << last;
    Texts told = observer_.heard;
    std::erase(told, "proved");
    return told;
  }
  void run_as_replica(const std::string& way) { database_->run("SELECT gatehouse_use_feed('" + way + "')"); }
  std::string ways() { return database_->run("SELECT notifies || ' ' || writes_rows FROM change_feed"); }
  void forget_replicas_of(const std::string& column) {
    database_->run("UPDATE change_feed SET " + column + " = now() - interval '1 hour'");
  }
  void make_due() { database_->run("UPDATE change_feed SET rows_used_at = rows_used_at - interval '11 seconds'"); }

  RecordingObserver observer_;
  std::unique_ptr<PgBouncer> pooler_;
  std::unique_ptr<database::ChangeFeed> feed_;
  std::unique_ptr<database::Provider> other_process_;
  std::unique_ptr<database::Database> elsewhere_;
  std::int64_t last_id_ = 0;
};

TEST_F(DatabasePostgresRowFeed, Announcements_ReachTheObserver_InTheirOrder_AndOnce) {
  watch();
  ASSERT_TRUE(is_proved());
  ASSERT_TRUE(announce({{.topic = "one", .id = 1}, {.topic = "two", .id = -2}}));
  (void)heard_until("two:-2");
  ASSERT_TRUE(announce({{.topic = "three", .id = 3}}));
  EXPECT_EQ(heard_until("three:3"), (Texts{"one:1", "two:-2", "three:3"}));
}

TEST_F(DatabasePostgresRowFeed, Announcement_OfARolledBackBatch_IsNeverHeard) {
  watch();
  ASSERT_TRUE(is_proved());
  ASSERT_TRUE(announce({{.topic = "first", .id = 1}}));
  --last_id_;
  EXPECT_FALSE(announce({{.topic = "violates", .id = 1}}));
  ASSERT_TRUE(announce({{.topic = "last", .id = 1}}));
  EXPECT_EQ(heard_until("last:1"), (Texts{"first:1", "last:1"}));
}

TEST_F(DatabasePostgresRowFeed, ManyAnnouncementsOfOneCommit_AreAChangeOfEverything) {
  watch();
  ASSERT_TRUE(is_proved());
  std::vector<Announcement> many;
  for (std::int64_t i = 0; i < 65; ++i) many.push_back({.topic = "one", .id = i});
  ASSERT_TRUE(announce(std::move(many)));
  EXPECT_EQ(heard_until("unknown"), Texts{"unknown"});
}

// A row takes its number from a sequence when it is inserted, and becomes visible when its transaction is committed.
TEST_F(DatabasePostgresRowFeed, RowThatIsCommittedLongAfterLaterOnes_IsHeard) {
  watch();
  ASSERT_TRUE(is_proved());
  AdminConnection late{database_->conninfo()};
  late.run("BEGIN");
  late.run("INSERT INTO announcements (topic, id) VALUES ('late', 1)");
  ASSERT_TRUE(announce({{.topic = "early", .id = 1}}));
  (void)heard_until("early:1");
  const auto is_placed = [&] { return database_->run("SELECT count(position) FROM announcements") != "0"; };
  ASSERT_TRUE(run_until(io_, is_placed));
  late.run("COMMIT");
  EXPECT_EQ(heard_until("late:1"), (Texts{"early:1", "late:1"}));
}

TEST_F(DatabasePostgresRowFeed, ChangeOfTheSchema_IsHeard) {
  watch();
  ASSERT_TRUE(is_proved());
  ASSERT_TRUE(run(schema().run_script("CREATE TABLE another (id bigint)")));
  EXPECT_EQ(heard_until("unknown"), Texts{"unknown"});
}

TEST_F(DatabasePostgresRowFeed, RowsDeletedUnread_AreALoss_ThenItIsReadyAgain) {
  watch();
  ASSERT_TRUE(is_proved());
  database_->run("UPDATE announcement_order SET last_position = 7, deleted_position = 7");
  ASSERT_TRUE(run_until(io_, [&] { return std::ranges::find(observer_.heard, "lost") != observer_.heard.end(); }));
  EXPECT_TRUE(logged("postgres_feed_lost: announcements may have been missed"));
  ASSERT_TRUE(announce({{.topic = "again", .id = 1}}));
  EXPECT_EQ(heard_until("again:1"), (Texts{"lost", "again:1"}));
}

TEST_F(DatabasePostgresRowFeed, SchemaThatIsGone_IsALoss_AndSaysWhy) {
  watch();
  ASSERT_TRUE(is_proved());
  database_->run("ALTER TABLE change_feed RENAME TO gone");
  ASSERT_TRUE(run_until(io_, [&] { return std::ranges::find(observer_.heard, "lost") != observer_.heard.end(); }));
  EXPECT_TRUE(logged("postgres_feed_lost: 42P01"));
  observer_.heard.clear();
  database_->run("ALTER TABLE gone RENAME TO change_feed");
  EXPECT_TRUE(is_proved());
}

TEST_F(DatabasePostgresRowFeed, TerminatedConnection_IsNoLoss_IfTheNextLookIsInTime) {
  watch();
  ASSERT_TRUE(is_proved());
  terminate_sessions();
  database_->run("INSERT INTO announcements (topic, id) VALUES ('after', 1)");
  (void)heard_until("after:1");
}

TEST_F(DatabasePostgresRowFeed, Destruction_OfAReadyFeed_IsALoss) {
  watch();
  ASSERT_TRUE(is_proved());
  feed_.reset();
  EXPECT_EQ(observer_.heard.back(), "lost");
}

TEST_F(DatabasePostgresRowFeed, OldRows_AreDeleted_AndOthersStay) {
  watch();
  ASSERT_TRUE(is_proved());
  ASSERT_TRUE(announce({{.topic = "old", .id = 1}}));
  const auto placed = [&] { return database_->run("SELECT count(position) FROM announcements WHERE topic = 'old'"); };
  ASSERT_TRUE(run_until(io_, [&] { return placed() == "1"; }));
  database_->run("UPDATE announcements SET at = at - interval '61 seconds'");
  ASSERT_TRUE(announce({{.topic = "young", .id = 1}}));
  (void)heard_until("young:1");  // and the position of the old one
  make_due();
  run_as_replica("redis");
  EXPECT_EQ(database_->run("SELECT string_agg(topic, ',') FROM announcements"), "young");
  EXPECT_EQ(database_->run("SELECT deleted_position FROM announcement_order"), "2");
  ASSERT_TRUE(announce({{.topic = "last", .id = 1}}));
  const Texts heard = heard_until("last:1");
  EXPECT_EQ(std::ranges::count(heard, "lost"), 0);
}

TEST_F(DatabasePostgresRowFeed, BehindAStatementPooler_ItHears) {
  if (!PgBouncer::is_installed()) GTEST_SKIP() << "PgBouncer is not installed";
  pooler_ =
      std::make_unique<PgBouncer>(settings_.postgres.host, settings_.postgres.port, PgBouncer::Mode::statement, 4);
  settings_.postgres.host = "127.0.0.1";
  settings_.postgres.port = pooler_->port();
  watch();
  ASSERT_TRUE(is_proved());
  ASSERT_TRUE(announce({{.topic = "one", .id = 1}, {.topic = "two", .id = 2}}));
  EXPECT_EQ(heard_until("two:2"), (Texts{"one:1", "two:2"}));
  EXPECT_EQ(run(elsewhere_->query(count_told, {}))[0].integer(0), 1);
}

// Replicas with different settings are each told in their own way, as long as they are there.
TEST_F(DatabasePostgresRowFeed, Ways_AreThoseOfTheReplicasThatAreThere) {
  EXPECT_EQ(ways(), "true false");
  run_as_replica("redis");
  EXPECT_EQ(ways(), "true true");
  forget_replicas_of("notify_used_at");
  make_due();
  run_as_replica("redis");
  EXPECT_EQ(ways(), "false true");
  run_as_replica("postgres");
  EXPECT_EQ(ways(), "true true");
  forget_replicas_of("rows_used_at");
  forget_replicas_of("notify_used_at");
  run_as_replica("postgres");
  EXPECT_EQ(ways(), "true false");
}

TEST_F(DatabasePostgresRowFeed, WayThatBegins_TellsFirstThatEverythingMayHaveChanged) {
  NotificationListener listener = database_->listen();
  run_as_replica("redis");
  EXPECT_EQ(database_->run("SELECT string_agg(topic, ',') FROM announcements"), "all");
  forget_replicas_of("notify_used_at");
  make_due();
  run_as_replica("redis");
  run_as_replica("postgres");
  database_->run("NOTIFY gatehouse, 'mark'");
  EXPECT_EQ(listener.until("mark"), Texts{"all"});
}

TEST_F(DatabasePostgresRowFeed, WayThatEndsUnderAFeedOfNotifications_IsBegunAgainByIt) {
  settings_.change_feed = ChangeFeedKind::postgres;
  watch();
  ASSERT_TRUE(is_proved());
  database_->run("SELECT gatehouse_tell_changes(false, true)");
  EXPECT_TRUE(run_until(io_, [&] { return ways().starts_with("true"); }));
}

/// What the schema's triggers write, whatever a session says that it announces itself.
class RowsBySql : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    open();
    migrate(*provider_);
    database_->run("SELECT gatehouse_use_feed('redis')");
    add_users(3);
    add_sessions(100);
  }

  void add_users(int number) {
    database_->run(
        "INSERT INTO users (first_name, last_name, email) SELECT 'Ada', 'Lovelace', i || '@example.com' FROM "
        "generate_series(1, " +
        std::to_string(number) + ") AS i");
  }
  void add_sessions(int number) {
    database_->run(
        "INSERT INTO sessions (user_id, secret_hash, expires_at, absolute_expires_at) SELECT 1, sha256('x'), "
        "now() + interval '1 hour', now() + interval '1 day' FROM generate_series(1, " +
        std::to_string(number) + ")");
  }
  /// The announcements that the SQL writes, in order.
  std::string recorded(const std::string& sql) {
    database_->run("DELETE FROM announcements");
    database_->run(sql);
    return database_->run(
        "SELECT coalesce(string_agg(topic || coalesce(':' || id, ''), ' ' ORDER BY entry), '') FROM announcements");
  }
};

TEST_F(RowsBySql, FewRows_AreNamed_AndManyAreToldOnce) {
  EXPECT_EQ(recorded("DELETE FROM sessions WHERE id = 1"), "session:1");
  EXPECT_EQ(recorded("UPDATE sessions SET secret_hash = sha256('y') WHERE id = 2"), "session:2");
  EXPECT_EQ(recorded("UPDATE sessions SET expires_at = expires_at + interval '1 minute'"), "all");
  EXPECT_EQ(recorded("UPDATE sessions SET updated_at = now() WHERE id = 3"), "");
  EXPECT_EQ(recorded("UPDATE users SET first_name = 'Augusta' WHERE id = 2"), "user:2");
  EXPECT_EQ(recorded("UPDATE users SET password_hash = 'x' WHERE id = 2"), "");
  EXPECT_EQ(recorded("DELETE FROM users WHERE id = 2"), "user:2");
  EXPECT_EQ(recorded("DELETE FROM sessions"), "all");
  EXPECT_EQ(recorded("TRUNCATE sessions"), "all");
  EXPECT_EQ(recorded("TRUNCATE users CASCADE"), "all");
}

TEST_F(RowsBySql, ManyStatementsOfOneTransaction_AreNamedUpToABound_AndThenToldOnce) {
  database_->run("DELETE FROM announcements");
  database_->run(
      "DO $$ DECLARE one bigint; BEGIN FOR one IN SELECT id FROM sessions LOOP DELETE FROM sessions WHERE id = one; "
      "END LOOP; END $$");
  EXPECT_EQ(database_->run("SELECT count(*) || ' ' || count(id) FROM announcements"), "65 64");
}

TEST_F(RowsBySql, KeysAreNamed) {
  EXPECT_EQ(recorded("INSERT INTO api_keys (public_id, name, scopes, secret_hash, created_at, created_by) VALUES "
                     "('p', 'n', 'users:read', sha256('x'), now(), 'me')"),
            "key:1");
  EXPECT_EQ(recorded("UPDATE api_keys SET last_used_at = now()"), "");
  EXPECT_EQ(recorded("TRUNCATE api_keys"), "all");
  EXPECT_EQ(recorded("DELETE FROM signing_keys"), "signing_key:1");
}

TEST_F(RowsBySql, SessionThatTellsByNotification_IsToldAsRows_AndOneThatWritesRowsIsNot) {
  EXPECT_EQ(recorded("SET gatehouse.announces = 'on'; DELETE FROM sessions WHERE id = 1"), "session:1");
  EXPECT_EQ(recorded("SET gatehouse.announces = 'rows'; DELETE FROM sessions WHERE id = 2"), "");
}

TEST_F(RowsBySql, OwnWrites_AreToldOnce_AlsoOnSharedSessions) {
  settings_.change_feed = ChangeFeedKind::redis;
  for (const bool is_shared : {false, true}) {
    settings_.postgres.prepared_statements = !is_shared;
    open();
    database_->run("DELETE FROM announcements");
    EXPECT_EQ(run(db_->commit(sessions::SessionStore::remove(SessionId{is_shared ? 2 : 1}))), 1);
    EXPECT_EQ(database_->run("SELECT string_agg(topic || ':' || id, ' ') FROM announcements"),
              is_shared ? "session:2" : "session:1");
  }
}

TEST_F(RowsBySql, SessionThatWritesRows_IsToldByNotification) {
  NotificationListener listener = database_->listen();
  database_->run("SET gatehouse.announces = 'rows'; DELETE FROM sessions WHERE id = 1");
  database_->run("NOTIFY gatehouse, 'mark'");
  EXPECT_EQ(listener.until("mark"), Texts{"session:1"});
}

TEST_F(RowsBySql, TriggersOfAWayThatEnds_AreGone_AndAreTheSameWhenItBeginsAgain) {
  const std::string triggers =
      "SELECT string_agg(pg_get_triggerdef(oid), E'\\n' ORDER BY tgrelid, tgname) FROM pg_trigger WHERE tgname LIKE "
      "'gatehouse\\_announce\\_%' OR tgname LIKE 'gatehouse\\_record\\_%'";
  const std::string both = database_->run(triggers);
  database_->run("SELECT gatehouse_tell_changes(true, false)");
  const std::string by_notify = database_->run(triggers);
  EXPECT_EQ(by_notify.find("gatehouse_record"), std::string::npos);
  database_->run("SELECT gatehouse_tell_changes(false, true)");
  EXPECT_EQ(database_->run(triggers).find("gatehouse_announce"), std::string::npos);
  database_->run("SELECT gatehouse_tell_changes(true, true)");
  EXPECT_EQ(database_->run(triggers), both);
  database_->run("SELECT gatehouse_tell_changes(true, false)");
  EXPECT_EQ(database_->run(triggers), by_notify);
}

// A session of an administrator may hold locks for hours.
TEST_F(RowsBySql, LockedTable_LeavesTheWaysAsTheyAre_AndTheReplicaIsStillNoted) {
  database_->run("UPDATE change_feed SET notify_used_at = now() - interval '1 hour'");
  database_->run("UPDATE change_feed SET rows_used_at = now() - interval '1 hour'");
  AdminConnection administrator{database_->conninfo()};
  administrator.run("BEGIN");
  administrator.run("UPDATE users SET first_name = 'Ada'");
  database_->run("SELECT gatehouse_use_feed('redis')");
  EXPECT_EQ(database_->run("SELECT notifies || ' ' || (rows_used_at > now() - interval '1 minute') FROM change_feed"),
            "true true");
  administrator.run("ROLLBACK");
}

}  // namespace
}  // namespace gatehouse::testing
