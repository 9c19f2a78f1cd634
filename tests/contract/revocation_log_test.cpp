#include "revocations/revocation_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "contract/feature_fixture.hpp"
#include "crypto/sha256.hpp"
#include "jobs/revocation_cleanup.hpp"
#include "jobs/scheduler.hpp"
#include "sessions/session_store.hpp"
#include "support/postgres_fixture.hpp"

namespace gatehouse::revocations {
namespace {

using sessions::SessionStore;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Seen = std::vector<std::string>;

/// For example "session 3".
std::string to_text(const Revocation& one) { return std::string{to_text(one.kind)} + " " + one.subject; }

Seen texts_of(const std::vector<Revocation>& revocations) {
  Seen seen;
  for (const Revocation& one : revocations) seen.push_back(to_text(one));
  return seen;
}

/// Uses real times, because triggers take the database's clock.
class RevocationLogTest : public gatehouse::testing::FeatureFixture {
 protected:
  static constexpr seconds token_ttl{3600};
  static constexpr minutes clock_slack = RevocationLog::clock_slack;

  RevocationLogTest() { clock_.set(SystemClock{}.now()); }

  SessionId add_session(UserId user, seconds lifetime = hours{1}) {
    return commit(SessionStore::insert({.user = user,
                                        .password_hash = "$hash",
                                        .secret_hash = crypto::sha256("secret"),
                                        .created_at = clock_.now(),
                                        .expires_at = clock_.now() + lifetime,
                                        .absolute_expires_at = clock_.now() + hours{24},
                                        .client = {}}))
        .value();
  }
  /// The first user, with sessions 1 to `count`.
  void add_sessions(int count) {
    const UserId user = add_user("ada@example.com");
    for (int i = 0; i < count; ++i) add_session(user);
  }
  void by_hand(const std::string& sql) { backend_->run_beside(sql); }
  /// Writes rows as the triggers do: session 1 to `count`, a microsecond apart.
  void write_rows(int count) {
    const std::string n = std::to_string(count);
    run_script(
        "INSERT INTO revocations (kind, subject, at) SELECT 'session', i::text, now() + i * interval '1 us' "
        "FROM generate_series(1, " +
            n + ") AS i",
        "WITH RECURSIVE number (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < " + n +
            ") "
            "INSERT INTO revocations (kind, subject, at) SELECT 'session', CAST(i AS TEXT), " +
            std::to_string(to_unix_us(clock_.now())) + " + i FROM number");
  }

  std::optional<News> read(Place after) { return run(log_.read(after)); }
  Seen all() { return texts_of(read(begin_).value().revocations); }
  Place end() { return run(log_.end()).place; }
  bool is_known(Place place) { return read(place).has_value(); }
  bool clean_up() {
    return run(run_once(jobs::revocation_cleanup(*database_, clock_, token_ttl, minutes{1}), leases_));
  }
  std::int64_t rows() {
    static constexpr database::Statement count{"test_count_revocations", "SELECT count(*) FROM revocations"};
    return select(count)[0].integer(0);
  }
  [[nodiscard]] std::string past() const {
    return schema_->dialect() == database::Dialect::postgres ? "now() - interval '1 hour'" : "1";
  }
  [[nodiscard]] std::string bytes() const {
    return schema_->dialect() == database::Dialect::postgres ? "sha256('other')" : "randomblob(32)";
  }

  RevocationLog log_{*database_, clock_, token_ttl};
  const Place begin_ = end();
  jobs::LeaseStore leases_{*database_, clock_, random_};
};

INSTANTIATE_TEST_SUITE_P(Databases, RevocationLogTest, ::testing::ValuesIn(gatehouse::testing::backends()),
                         gatehouse::testing::backend_name);

TEST_P(RevocationLogTest, WhatIsEndedBySql_IsThere) {
  add_sessions(5);
  by_hand("DELETE FROM sessions WHERE id = 1");
  by_hand("UPDATE sessions SET expires_at = " + past() + " WHERE id = 2");
  by_hand("UPDATE sessions SET secret_hash = " + bytes() + " WHERE id = 3");
  by_hand("UPDATE sessions SET absolute_expires_at = " + past() + " WHERE id = 4");
  EXPECT_THAT(all(), ElementsAre("session 1", "session 2", "session 3", "session 4"));
  by_hand("DELETE FROM users");
  EXPECT_THAT(texts_of(read(end()).value().revocations), IsEmpty());
  EXPECT_THAT(all(), ::testing::Contains("user 1"));
  EXPECT_THAT(all(), ::testing::Contains("session 5"));
}

// Either the clock of whoever ended it was ahead, or the trigger compared with the beginning of the transaction.
TEST_P(RevocationLogTest, SessionThatEndsInAMoment_WasNotTold) {
  add_sessions(1);
  const bool is_postgres = schema_->dialect() == database::Dialect::postgres;
  const std::string soon =
      is_postgres ? "clock_timestamp() + interval '2 s'" : std::to_string(to_unix_us(clock_.now()) + 2'000'000);
  by_hand("UPDATE sessions SET expires_at = " + soon);
  EXPECT_THAT(all(), ElementsAre("session 1"));
}

// Without its row, the log once looked empty and every token valid.
TEST_P(RevocationLogTest, LogWithoutItsRow_PassedForAnEmptyOne) {
  by_hand("DELETE FROM revocation_order");
  EXPECT_THROW(end(), database::StatementFailed);
  EXPECT_THROW(read(begin_), database::StatementFailed);
}

TEST_P(RevocationLogTest, LogThatWasMadeAnew_IsAnotherOne) {
  by_hand("DELETE FROM revocation_order");
  run_script(
      "INSERT INTO revocation_order (id, last_position, last_at, deleted_position, deleted_at) VALUES (1, 0, now(), 0, "
      "now())",
      "INSERT INTO revocation_order (id, last_position, last_at, deleted_position, deleted_at) VALUES (1, 0, 7, 0, 7)");
  EXPECT_FALSE(is_known(begin_));
}

TEST_P(RevocationLogTest, WhatEndsNothing_IsNotThere) {
  const UserId user = add_user("ada@example.com");
  add_session(user, seconds{-1});
  add_session(user);
  by_hand("UPDATE sessions SET expires_at = absolute_expires_at WHERE id = 2");
  by_hand("UPDATE sessions SET expires_at = expires_at, secret_hash = secret_hash");
  by_hand("DELETE FROM sessions WHERE id = 1");
  by_hand("UPDATE users SET first_name = 'Augusta'");
  EXPECT_THAT(all(), IsEmpty());
}

// The Express service had no tokens that name a session.
TEST_P(RevocationLogTest, SessionOfTheExpressService_IsNotThere) {
  add_sessions(1);
  by_hand("UPDATE sessions SET secret_hash = NULL");
  EXPECT_THAT(all(), ElementsAre("session 1"));
  by_hand("DELETE FROM sessions");
  EXPECT_THAT(all(), ElementsAre("session 1"));
}

TEST_P(RevocationLogTest, KeysThatAreRevokedOrTakenAway_AreThere) {
  const auto insert = [&](const std::string& kid, const std::string& state, const std::string& drop_at) {
    const std::string now = schema_->dialect() == database::Dialect::postgres ? "now()" : "1";
    by_hand("INSERT INTO signing_keys (kid, alg, state, public_jwk, created_at, drop_at) VALUES ('" + kid +
            "', 'EdDSA', '" + state + "', '{}', " + now + ", " + drop_at + ")");
  };
  insert("revoked", "current", "NULL");
  insert("deleted", "next", "NULL");
  insert("dropped", "retired", past());
  by_hand("UPDATE signing_keys SET state = 'revoked' WHERE kid = 'revoked'");
  by_hand("UPDATE signing_keys SET state = 'revoked' WHERE kid = 'revoked'");
  by_hand("DELETE FROM signing_keys");
  EXPECT_THAT(all(), ElementsAre("signing_key revoked", "signing_key deleted"));
}

TEST_P(RevocationLogTest, Reader_GoesOnWhereItWas) {
  add_sessions(3);
  const Place before = end();
  by_hand("DELETE FROM sessions WHERE id = 2");
  const News first = read(before).value();
  EXPECT_THAT(texts_of(first.revocations), ElementsAre("session 2"));
  EXPECT_EQ(first.end, end());
  EXPECT_FALSE(first.is_cut);
  EXPECT_EQ(first.as_of, clock_.now());
  by_hand("DELETE FROM sessions");
  EXPECT_THAT(texts_of(read(first.end).value().revocations), UnorderedElementsAre("session 1", "session 3"));
  EXPECT_THAT(texts_of(read(before).value().revocations).front(), "session 2");
  EXPECT_TRUE(read(end()).value().revocations.empty());
}

TEST_P(RevocationLogTest, MoreThanOneOrderGives_IsReadInPartsWithoutGaps) {
  constexpr auto count = RevocationStore::order_rows_max + 2345;
  write_rows(count);
  Place place = begin_;
  std::int64_t seen = 0;
  bool has_more = true;
  while (has_more) {
    const News news = read(place).value();
    ASSERT_FALSE(news.revocations.empty());
    for (const Revocation& one : news.revocations) {
      ++seen;
      ASSERT_EQ(one.place.position, seen);
      ASSERT_EQ(one.subject, std::to_string(seen));
    }
    has_more = news.is_cut;
    if (has_more) {
      EXPECT_LE(news.as_of, news.revocations.back().place.at);
    }
    place = news.end;
  }
  EXPECT_EQ(seen, count);
  EXPECT_EQ(place, end());
}

TEST_P(RevocationLogTest, ReadersAtTheSameTime_SeeTheSameOrder) {
  write_rows(700);
  std::vector<Task<std::optional<News>>> readings;
  RevocationLog another{*database_, clock_, token_ttl};
  for (int i = 0; i < 6; ++i) readings.push_back((i % 2 == 0 ? log_ : another).read(begin_));
  const auto all_news = run_all(std::move(readings));
  const Seen first = texts_of(all_news.front().value().revocations);
  EXPECT_EQ(first.size(), 700U);
  for (const auto& news : all_news) EXPECT_EQ(texts_of(news.value().revocations), first);
}

TEST_P(RevocationLogTest, Snapshot_IsWhatMayStillMatter) {
  write_rows(2500);
  const auto log_end = run(log_.end());
  EXPECT_EQ(log_end.place.position, 2500);
  EXPECT_EQ(log_end.as_of, clock_.now());
  const auto first = run(log_.part({}, log_end));
  ASSERT_EQ(first.size(), RevocationLog::news_max);
  EXPECT_EQ(first.front().until, first.front().place.at + token_ttl + clock_slack);
  EXPECT_EQ(run(log_.part(first.back().place, log_end)).front().subject, "1001");
  const RevocationLog::End early{
      .place = {.position = 1200, .at = {}}, .as_of = log_end.as_of, .read_at = {}, .token_ttl = token_ttl};
  EXPECT_EQ(run(log_.part(first.back().place, early)).size(), 200U);
  clock_.advance(token_ttl + 2 * clock_slack);
  EXPECT_FALSE(run(log_.part({}, log_end)).empty()) << "it is a snapshot of that moment";
  EXPECT_TRUE(run(log_.part({}, run(log_.end()))).empty());
}

TEST_P(RevocationLogTest, PlacesOfARewrittenLog_AreUnknown) {
  write_rows(5);
  const Place known = read(begin_).value().revocations[2].place;
  EXPECT_TRUE(is_known(known));
  EXPECT_FALSE(is_known({.position = known.position, .at = known.at + seconds{1}}));
  EXPECT_FALSE(is_known({.position = end().position, .at = end().at + seconds{1}}));
  EXPECT_FALSE(is_known({.position = end().position + 1, .at = end().at}));
  EXPECT_FALSE(is_known({.position = 0, .at = known.at}));
}

TEST_P(RevocationLogTest, WhatNoTokenOutlived_IsForgotten) {
  write_rows(3);
  const Place third = end();
  const Place second = read(begin_).value().revocations[1].place;
  clock_.advance(token_ttl + 2 * clock_slack);
  run_script("INSERT INTO revocations (kind, subject, at) VALUES ('user', '7', now() + interval '1 day')",
             "INSERT INTO revocations (kind, subject, at) VALUES ('user', '7', " +
                 std::to_string(to_unix_us(clock_.now())) + ")");
  EXPECT_TRUE(clean_up());
  EXPECT_EQ(rows(), 1);
  EXPECT_FALSE(is_known(begin_));
  EXPECT_FALSE(is_known(second));
  ASSERT_TRUE(is_known(third)) << "nothing behind it is missing";
  EXPECT_THAT(texts_of(read(third).value().revocations), ElementsAre("user 7"));
}

TEST_P(RevocationLogTest, WhatNobodyRead_IsKnownToHaveBeenThere) {
  const Place before = end();
  write_rows(RevocationStore::order_rows_max + RevocationStore::cleanup_rows_max + 1);
  clock_.advance(token_ttl + 2 * clock_slack);
  EXPECT_TRUE(clean_up());
  EXPECT_EQ(rows(), 0);
  EXPECT_FALSE(is_known(before));
  EXPECT_EQ(end().position, RevocationStore::order_rows_max + RevocationStore::cleanup_rows_max + 1);
}

// Deleted rows once went unnoticed, and the keeper, which reads for all, looked for them without a pause.
TEST_P(RevocationLogTest, WhatAnAdministratorDeleted_WasNotMissed) {
  write_rows(5);
  const Place second = read(begin_).value().revocations[1].place;
  const Place last = end();
  by_hand("DELETE FROM revocations WHERE position = 4");
  EXPECT_FALSE(is_known(begin_));
  EXPECT_FALSE(is_known(second));
  by_hand("DELETE FROM revocations WHERE position > 2");
  EXPECT_FALSE(is_known(second));
  by_hand("DELETE FROM revocations");
  EXPECT_FALSE(is_known(second));
  EXPECT_TRUE(is_known(last)) << "nothing is missing behind it";
}

TEST_P(RevocationLogTest, TokensOfLongerLife_CountUntilTheyAreOver) {
  write_rows(1);
  const auto until = [&] { return read(begin_).value().revocations.front().until; };
  const TimePoint at = end().at;
  commit(RevocationStore::note_token_ttl(2 * token_ttl, clock_.now()));
  commit(RevocationStore::note_token_ttl(token_ttl, clock_.now()));
  EXPECT_EQ(until(), at + 2 * token_ttl + clock_slack);
  clock_.advance(token_ttl + 2 * clock_slack);
  EXPECT_TRUE(clean_up());
  EXPECT_EQ(rows(), 1);
  clock_.advance(token_ttl + minutes{5});
  commit(RevocationStore::note_token_ttl(token_ttl, clock_.now()));
  EXPECT_EQ(until(), at + token_ttl + clock_slack);
  EXPECT_TRUE(clean_up());
  EXPECT_EQ(rows(), 0);
}

// The shorter lifetime was once not noted while the longer one counted.
TEST_P(RevocationLogTest, TokensOfTheSecondLongestLife_WereForgotten) {
  write_rows(1);
  const TimePoint at = end().at;
  commit(RevocationStore::note_token_ttl(24 * token_ttl, clock_.now() - 23 * token_ttl));
  commit(RevocationStore::note_token_ttl(12 * token_ttl, clock_.now()));
  EXPECT_EQ(read(begin_).value().revocations.front().until, at + 24 * token_ttl + clock_slack);
  clock_.advance(2 * token_ttl);
  EXPECT_EQ(read(begin_).value().revocations.front().until, at + 12 * token_ttl + clock_slack);
}

TEST_P(RevocationLogTest, WithoutTheLease_NothingIsForgotten) {
  write_rows(3);
  const Place before = end();
  database::Changes changes;
  RevocationStore::order(changes, clock_.now());
  const auto deleted =
      RevocationStore::forget(changes, clock_.now() + hours{1}, {.name = "revocation cleanup", .holder = "nobody"});
  EXPECT_EQ(run(database_->commit(std::move(changes))).result(deleted), 0);
  EXPECT_TRUE(is_known(begin_));
  EXPECT_TRUE(is_known(before));
}

/// Concurrent transactions, and what has no separate trigger on SQLite.
class RevocationLogPostgresTest : public gatehouse::testing::PostgresTest {
 protected:
  void SetUp() override {
    PostgresTest::SetUp();
    if (!database_) return;
    open();
    gatehouse::testing::migrate(*provider_);
    database_->run("INSERT INTO users (first_name, last_name, email) VALUES ('Ada', 'Lovelace', 'ada@example.com')");
    database_->run(
        "INSERT INTO sessions (user_id, secret_hash, expires_at, absolute_expires_at) SELECT 1, sha256('x'), "
        "now() + interval '1 hour', now() + interval '1 day' FROM generate_series(1, 3)");
    log_.emplace(*db_, clock_, hours{1});
    begin_ = gatehouse::testing::run_task(io_, log_->end()).place;
  }
  void TearDown() override {
    log_.reset();
    PostgresTest::TearDown();
  }
  News read(Place after) { return gatehouse::testing::run_task(io_, log_->read(after)).value(); }

  SystemClock clock_;
  std::optional<RevocationLog> log_;
  Place begin_;
};

TEST_F(RevocationLogPostgresTest, TransactionThatTakesLong_HidesNothingAndHoldsNobodyUp) {
  gatehouse::testing::AdminConnection slow{database_->conninfo()};
  slow.run("BEGIN; DELETE FROM sessions WHERE id = 1");
  database_->run("DELETE FROM sessions WHERE id = 2");
  const News first = read(begin_);
  EXPECT_THAT(texts_of(first.revocations), ElementsAre("session 2"));
  slow.run("COMMIT");
  EXPECT_THAT(texts_of(read(first.end).revocations), ElementsAre("session 1"));
}

TEST_F(RevocationLogPostgresTest, TransactionThatIsRolledBack_RevokesNothing) {
  database_->run("BEGIN; DELETE FROM sessions; ROLLBACK");
  EXPECT_THAT(texts_of(read(begin_).revocations), IsEmpty());
}

TEST_F(RevocationLogPostgresTest, TruncatedTables_AreThere) {
  database_->run("UPDATE sessions SET expires_at = now() WHERE id = 3");
  const Place before = read(begin_).end;
  database_->run("TRUNCATE sessions");
  const Place after = read(before).end;
  EXPECT_THAT(texts_of(read(before).revocations), UnorderedElementsAre("session 1", "session 2"));
  database_->run(
      "INSERT INTO signing_keys (kid, alg, state, public_jwk, created_at) VALUES ('kid', 'EdDSA', 'next', '{}', "
      "now())");
  database_->run("TRUNCATE users CASCADE");
  database_->run("TRUNCATE signing_keys");
  EXPECT_THAT(texts_of(read(after).revocations), ElementsAre("user 1", "signing_key kid"));
}

}  // namespace
}  // namespace gatehouse::revocations
