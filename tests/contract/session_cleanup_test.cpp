#include "jobs/session_cleanup.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "contract/feature_fixture.hpp"
#include "crypto/sha256.hpp"
#include "jobs/scheduler.hpp"
#include "sessions/session_store.hpp"
#include "support/run_until.hpp"

namespace gatehouse::jobs {
namespace {

using database::Statement;
using sessions::NewSession;
using sessions::SessionStore;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A run that does not look at the lease first, so that the look in its batches decides. True if it deleted anything.
Task<bool> clean_up_once(SessionCleanup& cleanup, Lease lease) {
  const std::int64_t before = cleanup.deleted();
  co_await cleanup.run(std::move(lease));
  co_return cleanup.deleted() > before;
}

class SessionCleanupTest : public testing::FeatureFixture {
 protected:
  NewSession session(UserId user, seconds lifetime) {
    return {.user = user,
            .password_hash = "$hash",
            .secret_hash = crypto::sha256("secret"),
            .created_at = clock_.now(),
            .expires_at = clock_.now() + lifetime,
            .absolute_expires_at = clock_.now() + hours{24},
            .client = {.address = "192.0.2.1", .user_agent = "test"}};
  }

  SessionId insert(UserId user, seconds lifetime) {
    return commit(SessionStore::insert(session(user, lifetime))).value();
  }

  void insert_many(UserId user, int count, seconds lifetime) {
    database::Changes changes;
    std::vector<database::ResultOf<std::optional<SessionId>>> ids;
    for (int i = 0; i < count; ++i) ids.push_back(changes.add(SessionStore::insert(session(user, lifetime))));
    const auto committed = run(database_->commit(std::move(changes)));
    for (const auto& id : ids) ASSERT_TRUE(committed.result(id));
  }

  std::int64_t session_count() {
    static constexpr Statement count{"test_count_sessions_left", "SELECT COUNT(*) FROM sessions"};
    return select(count)[0].integer(0);
  }

  bool run_job() { return run(run_once(job_, leases_)); }

  LeaseStore leases_{*database_, clock_, random_};
  LeaseStore others_leases_{*database_, clock_, random_};
  const std::shared_ptr<SessionCleanup> cleanup_ =
      std::make_shared<SessionCleanup>(*database_, clock_, schema_->dialect());
  const Job job_ = SessionCleanup::job(cleanup_, milliseconds{1});
};

INSTANTIATE_TEST_SUITE_P(Databases, SessionCleanupTest, ::testing::ValuesIn(testing::backends()),
                         testing::backend_name);

TEST_P(SessionCleanupTest, Run_DeletesExpiredSessionsInBatchesAndKeepsTheRest) {
  const auto user = add_user("ada@example.com");
  insert_many(user, SessionStore::cleanup_sessions_max + 20, seconds{10});
  insert_many(user, 5, seconds{11});
  clock_.advance(seconds{10});
  EXPECT_TRUE(run_job());
  EXPECT_EQ(cleanup_->deleted(), SessionStore::cleanup_sessions_max + 20);
  EXPECT_TRUE(run_job());
  EXPECT_EQ(cleanup_->deleted(), SessionStore::cleanup_sessions_max + 20);
  EXPECT_EQ(session_count(), 5);
}

TEST_P(SessionCleanupTest, OneBatch_IsBounded) {
  insert_many(add_user("ada@example.com"), SessionStore::cleanup_sessions_max + 20, seconds{10});
  clock_.advance(seconds{10});
  const auto lease = run(leases_.take(SessionCleanup::lease_terms));
  ASSERT_TRUE(lease);
  const auto deleted = commit(
      SessionStore::delete_expired(clock_.now(), {.name = std::string{lease->name()}, .holder = lease->holder()}));
  EXPECT_EQ(deleted, SessionStore::cleanup_sessions_max);
  EXPECT_EQ(session_count(), 20);
}

TEST_P(SessionCleanupTest, LeaseOfAnother_KeepsOutUntilItEndsOrRunsOut) {
  const auto others = run(others_leases_.take(SessionCleanup::lease_terms));
  ASSERT_TRUE(others);
  insert_many(add_user("bob@example.com"), 1, seconds{0});
  EXPECT_FALSE(run_job());
  EXPECT_EQ(session_count(), 1) << "nothing is deleted without the lease";
  clock_.advance(SessionCleanup::lease_terms.duration + microseconds{1});
  EXPECT_TRUE(run_job());
  EXPECT_EQ(session_count(), 0);
  EXPECT_TRUE(run(others_leases_.take(SessionCleanup::lease_terms))) << "given back after the run";
}

TEST_P(SessionCleanupTest, ReplicaThatLostItsLease_DeletesNothing) {
  insert_many(add_user("ada@example.com"), 3, seconds{1});
  auto lost = run(leases_.take(SessionCleanup::lease_terms));
  ASSERT_TRUE(lost);
  clock_.advance(SessionCleanup::lease_terms.duration + microseconds{1});
  const auto taken = run(others_leases_.take(SessionCleanup::lease_terms));
  ASSERT_TRUE(taken);
  EXPECT_FALSE(run(clean_up_once(*cleanup_, *lost)));
  EXPECT_EQ(session_count(), 3);
  EXPECT_TRUE(run(clean_up_once(*cleanup_, *taken)));
  EXPECT_EQ(session_count(), 0);
}

TEST_P(SessionCleanupTest, RunWhoseClockIsAhead_NeverDeletesARenewedSession) {
  const auto user = add_user("ada@example.com");
  std::vector<SessionId> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(insert(user, seconds{1}));

  // To the renewals the sessions have half a second left, to the cleanup they are over: the order in the database
  // decides.
  clock_.advance(milliseconds{500});
  testing::ManualClock ahead{clock_.now() + seconds{1}};
  SessionCleanup cleanup{*database_, ahead, schema_->dialect()};
  const auto lease = run(leases_.take(SessionCleanup::lease_terms));
  ASSERT_TRUE(lease);
  SessionStore store{*database_};
  std::vector<Task<bool>> tasks;
  for (const auto id : ids) {
    tasks.push_back(store.renew(
        {.id = id, .now = clock_.now(), .expires_at = clock_.now() + hours{1}, .seen_before = clock_.now()}));
    if (id.value % 10 == 0) tasks.push_back(clean_up_once(cleanup, *lease));
  }
  const auto outcomes = run_all(std::move(tasks));

  std::size_t next = 0;
  for (const auto id : ids) {
    const bool renewed = outcomes[next++];
    if (id.value % 10 == 0) ++next;
    EXPECT_EQ(run(store.find(id)).has_value(), renewed) << id.value;
  }
}

TEST_P(SessionCleanupTest, TwoSchedulers_TakeTurnsAndStop) {
  insert_many(add_user("ada@example.com"), 1100, seconds{1});
  clock_.advance(seconds{1});
  const auto others_cleanup = std::make_shared<SessionCleanup>(*database_, clock_, schema_->dialect());
  std::string failure;
  const auto report = [&](const Job&, std::string_view reason) { failure = reason; };
  const auto abandon = [&](std::string_view reason) { failure = reason; };
  Scheduler one{{.io = io_, .leases = leases_, .on_failure = report, .on_abandoned = abandon}};
  Scheduler other{{.io = io_, .leases = others_leases_, .on_failure = report, .on_abandoned = abandon}};
  one.start({job_});
  other.start({SessionCleanup::job(others_cleanup, milliseconds{1})});
  const auto deleted = [&] { return cleanup_->deleted() + others_cleanup->deleted(); };
  EXPECT_TRUE(testing::run_until(io_, [&] { return deleted() == 1100 || !failure.empty(); }));
  int ended = 0;
  one.stop([&] { ++ended; });
  other.stop([&] { ++ended; });
  EXPECT_TRUE(testing::run_until(io_, [&] { return ended == 2; }));
  EXPECT_EQ(failure, "");
  EXPECT_EQ(session_count(), 0);
  EXPECT_TRUE(run(leases_.take(SessionCleanup::lease_terms))) << "whoever had it has given it back";
}

}  // namespace
}  // namespace gatehouse::jobs
