// Changes that somebody else makes by SQL, in an administration tool or from another service, are heard like the
// service's own writes, and no more often than they must be.

#include <gtest/gtest.h>

#include <algorithm>

#include "contract/feature_fixture.hpp"
#include "crypto/sha256.hpp"
#include "sessions/session_cache.hpp"
#include "sessions/session_store.hpp"
#include "sessions/topics.hpp"
#include "support/postgres_fixture.hpp"
#include "support/run_until.hpp"

namespace gatehouse::testing {
namespace {

using sessions::SessionCache;
using sessions::SessionStore;
using std::chrono::hours;
using Heard = std::vector<std::string>;

/// Uses real times, because SQL compares them with the database's clock.
class ChangesBySql : public FeatureFixture {
 protected:
  ChangesBySql() {
    clock_.set(SystemClock{}.now());
    backend_->provider().observers().add(cache_);
    feed_ = backend_->provider().watch(io_);
  }
  ~ChangesBySql() override { feed_.reset(); }

  SessionId add_session(UserId user, std::chrono::seconds lifetime = hours{1}) {
    sessions::NewSession session{.user = user,
                                 .password_hash = "$hash",
                                 .secret_hash = crypto::sha256("secret"),
                                 .created_at = clock_.now(),
                                 .expires_at = clock_.now() + lifetime,
                                 .absolute_expires_at = clock_.now() + hours{24},
                                 .client = {}};
    return commit(SessionStore::insert(std::move(session))).value();
  }

  void remember(SessionId id, UserId user) {
    const sessions::CachedSession session{
        .principal = {.user = user, .session = id, .expires_at = clock_.now() + hours{1}},
        .secret = {},
        .valid_until = clock_.now() + hours{1},
        .profile = sessions::Profile{.email = "ada@example.com", .first_name = "Ada", .last_name = "Lovelace"}};
    ASSERT_TRUE(wait_for([&] {
      cache_.insert(cache_.begin_fill(id), session);
      return knows(id);
    }));
  }
  bool knows(SessionId id) {
    sessions::SessionView view;
    return cache_.find(id, {}, clock_.now(), view);
  }

  bool wait_for(const std::function<bool()>& condition) {
    const auto work = boost::asio::make_work_guard(io_);
    return run_until(io_, condition);
  }

  [[nodiscard]] bool is_postgres() const { return schema_->dialect() == database::Dialect::postgres; }

  SystemBootClock boot_clock_;
  SessionCache cache_{1 << 20, boot_clock_};
  int users_ = 0;
  std::unique_ptr<database::ChangeFeed> feed_;
};

INSTANTIATE_TEST_SUITE_P(Databases, ChangesBySql, ::testing::ValuesIn(backends()), backend_name);

TEST_P(ChangesBySql, RowsEndedOrChangedBySql_AreNoLongerAnsweredFromTheCache) {
  const std::string past = is_postgres() ? "now() - interval '1 hour'" : "1";
  for (const std::string& sql :
       {"UPDATE sessions SET expires_at = " + past, std::string{"UPDATE users SET email = 'eve@example.com'"},
        std::string{"UPDATE users SET last_name = 'King'"}, std::string{"DELETE FROM sessions WHERE user_id > 0"},
        std::string{"DELETE FROM sessions"}, std::string{"DELETE FROM users"}}) {
    const UserId user = add_user("user" + std::to_string(++users_) + "@example.com");
    const SessionId id = add_session(user);
    remember(id, user);
    backend_->run_beside(sql + (sql.contains("SET email") ? " WHERE id = " + std::to_string(user.value) : ""));
    EXPECT_TRUE(wait_for([&] { return !knows(id); })) << sql;
  }
}

/// The payloads that the triggers of the schema send.
class ChangesByPostgresSql : public PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    open();
    migrate(*provider_);
    database_->run("INSERT INTO users (first_name, last_name, email) VALUES ('Ada', 'Lovelace', 'ada@example.com')");
  }

  /// Sessions of the first user, with ids from 1 on.
  void add_sessions(int count, const std::string& lifetime = "1 hour") {
    database_->run(
        "INSERT INTO sessions (user_id, secret_hash, expires_at, absolute_expires_at) SELECT 1, sha256('x'), "
        "now() + interval '" +
        lifetime + "', now() + interval '1 day' FROM generate_series(1, " + std::to_string(count) + ")");
  }

  Heard heard_of(const std::string& sql) {
    NotificationListener listener = database_->listen();
    database_->run(sql);
    return until_mark(listener);
  }
  Heard until_mark(NotificationListener& listener) {
    database_->run("NOTIFY gatehouse, 'mark'");
    Heard heard = listener.until("mark");
    for (std::string& one : heard) one.resize(std::min(one.size(), one.find('@')));  // without its time
    return heard;
  }
};

TEST_F(ChangesByPostgresSql, FewRows_AreNamed) {
  add_sessions(2);
  EXPECT_EQ(heard_of("DELETE FROM sessions WHERE id = 1"), Heard{"session:1"});
  EXPECT_EQ(heard_of("UPDATE sessions SET secret_hash = sha256('y')"), Heard{"session:2"});
  EXPECT_EQ(heard_of("UPDATE sessions SET absolute_expires_at = now()"), Heard{"session:2"});
  EXPECT_EQ(heard_of("UPDATE sessions SET id = 3"), Heard{"session:2"});
  EXPECT_EQ(heard_of("UPDATE users SET first_name = 'Augusta'"), Heard{"user:1"});
  EXPECT_EQ(heard_of("DELETE FROM users"), (Heard{"user:1", "session:3"}));
}

TEST_F(ChangesByPostgresSql, ManyRows_AreToldOnce) {
  add_sessions(100);
  EXPECT_EQ(heard_of("UPDATE sessions SET expires_at = expires_at - interval '1 minute'"), Heard{"all"});
  EXPECT_EQ(heard_of("DELETE FROM sessions"), Heard{"all"});
  EXPECT_EQ(heard_of("TRUNCATE sessions"), Heard{"all"});
  EXPECT_EQ(heard_of("TRUNCATE users CASCADE"), Heard{"all"});
}

// As in a loop, a script of single statements, or a cascade that reaches each user's sessions separately.
TEST_F(ChangesByPostgresSql, ManyStatementsOfOneTransaction_AreNamedUpToABound_AndThenToldOnce) {
  add_sessions(100);
  const Heard heard = heard_of(
      "DO $$ DECLARE one bigint; BEGIN FOR one IN SELECT id FROM sessions LOOP DELETE FROM sessions WHERE id = one; "
      "END LOOP; END $$");
  EXPECT_EQ(heard.size(), 65U);
  EXPECT_EQ(heard.back(), "all");
}

TEST_F(ChangesByPostgresSql, TransactionAfterALongOne_IsNamedAgain) {
  add_sessions(102);
  EXPECT_EQ(heard_of("DELETE FROM sessions WHERE id <= 100"), Heard{"all"});
  NotificationListener listener = database_->listen();
  AdminConnection session{database_->conninfo()};
  session.run("DELETE FROM sessions WHERE id = 101");
  session.run("DELETE FROM sessions WHERE id = 102");
  EXPECT_EQ(until_mark(listener), (Heard{"session:101", "session:102"}));
}

TEST_F(ChangesByPostgresSql, WhatNobodyRemembers_IsNotTold) {
  add_sessions(1);
  add_sessions(1, "-1 hour");
  EXPECT_EQ(heard_of("UPDATE sessions SET expires_at = expires_at + interval '1 minute', updated_at = now()"), Heard{});
  EXPECT_EQ(heard_of("UPDATE users SET password_hash = 'x', updated_at = now()"), Heard{});
  EXPECT_EQ(heard_of("DELETE FROM sessions WHERE id = 2"), Heard{});
  EXPECT_EQ(heard_of("UPDATE sessions SET secret_hash = NULL"), Heard{"session:1"});
  EXPECT_EQ(heard_of("DELETE FROM sessions"), Heard{});
}

// An administration tool may have its own search path, or none.
TEST_F(ChangesByPostgresSql, SearchPathOfTheSession_DoesNotMatter) {
  add_sessions(1);
  EXPECT_EQ(heard_of("SET search_path = ''; DELETE FROM public.sessions"), Heard{"session:1"});
}

TEST_F(ChangesByPostgresSql, OwnWrites_AreToldOnce) {
  add_sessions(100);
  NotificationListener listener = database_->listen();
  EXPECT_EQ(run(db_->commit(SessionStore::remove(SessionId{1}))), 1);
  EXPECT_EQ(until_mark(listener), Heard{"session:1"});
  EXPECT_EQ(run(db_->commit(SessionStore::remove_active_of_user(UserId{1}, SystemClock{}.now()))), 99);
  EXPECT_EQ(until_mark(listener), Heard{"user:1"});
}

TEST_F(ChangesByPostgresSql, OwnWritesOnSharedSessions_AreToldOnce) {
  settings_.postgres.prepared_statements = false;  // a pooler is assumed then
  open();
  add_sessions(1);
  NotificationListener listener = database_->listen();
  EXPECT_EQ(run(db_->commit(SessionStore::remove(SessionId{1}))), 1);
  EXPECT_EQ(until_mark(listener), Heard{"session:1"});
}

}  // namespace
}  // namespace gatehouse::testing
