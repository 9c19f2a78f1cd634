#include "sessions/session_service.hpp"

#include <gtest/gtest.h>

#include <set>

#include "contract/feature_fixture.hpp"
#include "crypto/sha256.hpp"
#include "flows/sessions/session_end_flow.hpp"
#include "support/run_until.hpp"

namespace gatehouse::sessions {
namespace {

using database::Statement;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

std::vector<SecretString> secrets() {
  std::vector<SecretString> made;
  made.emplace_back("0123456789abcdef0123456789abcdef");
  return made;
}

sessions::SessionSettings settings() {
  sessions::SessionSettings made;
  made.ttl = hours{10};
  made.absolute_ttl = days{2};
  return made;
}

class SessionServiceTest : public testing::FeatureFixture {
 protected:
  SessionServiceTest() {
    backend_->provider().observers().add(cache_);
    cache_.on_feed_proved(BootTime::max());
    user_ = add_user("ada@example.com");
  }

  OpenedSession login() {
    const auto draft = service_.draft(user_, "$hash", {.address = "192.0.2.1", .user_agent = "test"});
    const auto id = commit(SessionStore::insert(draft.row));
    return service_.open(draft, id.value());
  }

  SessionView view(const OpenedSession& session, TimePoint expires_at) const {
    return {{.user = user_, .session = session.id, .expires_at = expires_at},
            {.email = "ada@example.com", .first_name = "Ada", .last_name = "Lovelace"}};
  }

  static TokenSession by_token(const OpenedSession& session, UserId user) { return {.id = session.id, .user = user}; }

  CachedVerdict cached(const std::string& sealed) {
    SessionView found;
    return service_.verify_cached(sealed, found);
  }

  SessionError refusal(const std::string& sealed) { return run(service_.verify(sealed)).error(); }

  TimePoint last_seen(SessionId id) { return run(SessionStore{*database_}.find(id)).value().updated_at; }

  UserId user_;
  SystemBootClock boot_clock_;
  SessionCache cache_{1 << 20, boot_clock_};
  const SessionSealer sealer_{secrets()};
  SessionService service_{*database_, cache_, sealer_, clock_, random_, settings()};
  flows::SessionEndFlow ends_{*database_, service_, clock_};
};

INSTANTIATE_TEST_SUITE_P(Databases, SessionServiceTest, ::testing::ValuesIn(testing::backends()),
                         testing::backend_name);

TEST_P(SessionServiceTest, FreshSession_IsAnsweredByTheDatabaseThenByTheCache) {
  const auto session = login();
  EXPECT_EQ(session.expires_at, clock_.now() + hours{10});
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
  EXPECT_EQ(run(service_.verify(session.sealed)), view(session, session.expires_at));
  SessionView found;
  EXPECT_EQ(service_.verify_cached(session.sealed, found), CachedVerdict::active);
  EXPECT_EQ(found, view(session, session.expires_at));
}

TEST_P(SessionServiceTest, TwoLogins_AreTwoSessions) {
  const auto one = login();
  const auto other = login();
  EXPECT_NE(one.id, other.id);
  EXPECT_NE(one.sealed, other.sealed);
}

TEST_P(SessionServiceTest, TextThatWasNeverSealed_IsInvalid) {
  for (const std::string& text : {std::string{}, std::string{"x"}, std::string(92, 'A'), std::string(100'000, 'A')}) {
    EXPECT_EQ(cached(text), CachedVerdict::refused);
    EXPECT_EQ(refusal(text), SessionError::invalid);
  }
}

TEST_P(SessionServiceTest, SealedReferenceToNoRow_IsNotFound) {
  const auto sealed = sealer_.seal({.id = SessionId{4711}, .secret = {}}, random_);
  EXPECT_EQ(refusal(sealed), SessionError::not_found);
}

TEST_P(SessionServiceTest, SealedReferenceWithAnotherSecret_IsNotFound) {
  const auto session = login();
  const auto forged = sealer_.seal({.id = session.id, .secret = {}}, random_);
  EXPECT_EQ(refusal(forged), SessionError::not_found);
  ASSERT_TRUE(run(service_.verify(session.sealed)));
  EXPECT_EQ(cached(forged), CachedVerdict::unknown) << "the cache checks the secret too";
}

TEST_P(SessionServiceTest, ExpiredSession_IsRefusedAlsoWhenCached) {
  const auto session = login();
  clock_.advance(hours{10} - microseconds{1});
  EXPECT_TRUE(run(service_.verify(session.sealed)));
  const auto renewed_until = clock_.now() + hours{10};
  clock_.set(renewed_until);
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
  EXPECT_EQ(refusal(session.sealed), SessionError::expired);
}

TEST_P(SessionServiceTest, DeletedUser_TakesTheSessionAlong) {
  const auto session = login();
  commit(users::UserStore::remove(user_));
  EXPECT_EQ(refusal(session.sealed), SessionError::not_found);
}

TEST_P(SessionServiceTest, UseBeforeATenthOfTheTime_WritesNothing) {
  const auto session = login();
  const auto opened_at = clock_.now();
  clock_.advance(hours{1} - microseconds{1});
  EXPECT_EQ(run(service_.verify(session.sealed)), view(session, session.expires_at));
  EXPECT_EQ(last_seen(session.id), opened_at);
}

TEST_P(SessionServiceTest, UseAfterATenthOfTheTime_RenewsIt) {
  const auto session = login();
  ASSERT_TRUE(run(service_.verify(session.sealed)));
  clock_.advance(hours{1});
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown) << "the cache does not hide that a renewal is due";
  EXPECT_EQ(run(service_.verify(session.sealed)), view(session, clock_.now() + hours{10}));
  EXPECT_EQ(last_seen(session.id), clock_.now());
  EXPECT_EQ(cached(session.sealed), CachedVerdict::active);
}

TEST_P(SessionServiceTest, UseAllTheTime_WritesTenTimesAWindow) {
  const auto session = login();
  std::set<TimePoint> writes;
  for (int i = 0; i < 200; ++i) {
    clock_.advance(seconds{hours{10}} / 200);
    if (cached(session.sealed) != CachedVerdict::active) {
      ASSERT_TRUE(run(service_.verify(session.sealed)));
    }
    writes.insert(last_seen(session.id));
  }
  EXPECT_GE(writes.size(), 9u);
  EXPECT_LE(writes.size(), 11u);
}

TEST_P(SessionServiceTest, Renewal_NeverCrossesTheAbsoluteLimit) {
  const auto session = login();
  const auto limit = clock_.now() + days{2};
  while (clock_.now() < limit) {
    const auto verified = run(service_.verify(session.sealed));
    ASSERT_TRUE(verified) << "used all the time";
    const auto expires_at = run(SessionStore{*database_}.find(session.id))->times.expires_at;
    ASSERT_LE(expires_at, limit);
    EXPECT_EQ(*verified, view(session, expires_at));
    clock_.advance(hours{1} + seconds{7});
  }
  clock_.set(limit - microseconds{1});
  EXPECT_EQ(run(service_.verify(session.sealed)), view(session, limit));
  clock_.set(limit);
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
  EXPECT_EQ(refusal(session.sealed), SessionError::expired);
}

TEST_P(SessionServiceTest, ConcurrentRenewals_AllSucceedWithOneExpiry) {
  const auto session = login();
  clock_.advance(hours{2});
  std::vector<Task<std::expected<SessionView, SessionError>>> verifications;
  for (int i = 0; i < 30; ++i) verifications.push_back(service_.verify(session.sealed));
  for (const auto& verified : run_all(std::move(verifications))) {
    EXPECT_EQ(verified, view(session, clock_.now() + hours{10}));
  }
}

TEST_P(SessionServiceTest, Logout_EndsTheSessionAtOnce) {
  const auto session = login();
  const auto other = login();
  ASSERT_TRUE(run(service_.verify(session.sealed)));
  run(ends_.log_out(session.sealed, {}));
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
  EXPECT_EQ(refusal(session.sealed), SessionError::not_found);
  EXPECT_TRUE(run(service_.verify(other.sealed)));
  run(ends_.log_out(session.sealed, {}));
}

TEST_P(SessionServiceTest, LogoutOfExpiredOrUnreadableSessions_IsFine) {
  const auto session = login();
  clock_.advance(days{3});
  run(ends_.log_out(session.sealed, {}));
  EXPECT_EQ(refusal(session.sealed), SessionError::not_found);
  run(ends_.log_out("nonsense", {}));
  run(ends_.log_out("", {}));
}

TEST_P(SessionServiceTest, LogoutDuringManyVerifications_LeavesNothingInTheCache) {
  for (int round = 0; round < 10; ++round) {
    const auto session = login();
    std::vector<Task<bool>> tasks;
    for (int i = 0; i < 20; ++i) {
      tasks.push_back(
          [](SessionService& service, flows::SessionEndFlow& ends, std::string sealed, bool logout) -> Task<bool> {
            if (logout) {
              audit::Origin origin;
              co_await ends.log_out(std::move(sealed), std::move(origin));
              co_return true;
            }
            const auto verified = co_await service.verify(std::move(sealed));
            co_return verified.has_value();
          }(service_, ends_, session.sealed, i == round));
    }
    run_all(std::move(tasks));
    EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
    EXPECT_EQ(refusal(session.sealed), SessionError::not_found);
  }
}

TEST_P(SessionServiceTest, LostFeed_MakesEveryAnswerComeFromTheDatabase) {
  const auto session = login();
  cache_.on_feed_lost();
  ASSERT_TRUE(run(service_.verify(session.sealed)));
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
  cache_.on_feed_proved(BootTime::max());
  ASSERT_TRUE(run(service_.verify(session.sealed)));
  EXPECT_EQ(cached(session.sealed), CachedVerdict::active);
}

TEST_P(SessionServiceTest, IsActive_FollowsTheSession) {
  const auto session = login();
  EXPECT_EQ(service_.is_active_cached(by_token(session, user_), clock_.now()), std::nullopt);
  EXPECT_TRUE(run(service_.is_active(by_token(session, user_))));
  EXPECT_EQ(service_.is_active_cached(by_token(session, user_), clock_.now()), true);
  EXPECT_FALSE(run(service_.is_active(by_token(session, UserId{user_.value + 1}))));
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown) << "known to be active is not verified";
  EXPECT_EQ(run(service_.verify(session.sealed)), view(session, session.expires_at));
  run(ends_.log_out(session.sealed, {}));
  EXPECT_EQ(service_.is_active_cached(by_token(session, user_), clock_.now()), std::nullopt);
  EXPECT_FALSE(run(service_.is_active(by_token(session, user_))));
}

// After a backup is restored, ids are given a second time, and an earlier token lives on until it expires.
TEST_P(SessionServiceTest, TokenOfAnotherSessionWithThisId_IsNotActive) {
  const auto session = login();
  const SessionMark own = SessionMark::of(run(SessionStore{*database_}.find(session.id)).value().secret_hash);
  const TokenSession token{.id = session.id, .user = user_, .mark = own};
  const TokenSession other{.id = session.id, .user = user_, .mark = SessionMark::of(crypto::sha256("another"))};
  EXPECT_FALSE(run(service_.is_active(other)));
  EXPECT_TRUE(run(service_.is_active(token)));
  EXPECT_EQ(service_.is_active_cached(token, clock_.now()), true);
  EXPECT_EQ(service_.is_active_cached(other, clock_.now()), false);
  ASSERT_TRUE(run(service_.verify(session.sealed)));
  EXPECT_EQ(service_.is_active_cached(token, clock_.now()), true);
  EXPECT_EQ(service_.is_active_cached(other, clock_.now()), false);
}

TEST_P(SessionServiceTest, CloseOneAndCloseAll_EndThoseSessions) {
  const auto first = login();
  const auto second = login();
  const auto third = login();
  for (const auto& session : {first, second, third}) ASSERT_TRUE(run(service_.verify(session.sealed)));
  EXPECT_EQ(run(service_.list(user_)).size(), 3u);
  EXPECT_TRUE(run(ends_.revoke(second.id, {})));
  EXPECT_FALSE(run(ends_.revoke(second.id, {})));
  EXPECT_EQ(cached(second.sealed), CachedVerdict::unknown);
  EXPECT_EQ(cached(first.sealed), CachedVerdict::active);
  EXPECT_EQ(run(ends_.revoke_all(user_, {})), 2);
  for (const auto& session : {first, second, third}) {
    EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
    EXPECT_EQ(refusal(session.sealed), SessionError::not_found);
  }
  EXPECT_TRUE(run(service_.list(user_)).empty());
}

TEST_P(SessionServiceTest, LogoutOnAnotherReplica_EmptiesThisCache) {
  cache_.on_feed_lost();
  auto feed = backend_->provider().watch(io_);
  const auto session = login();
  const auto answered = [&] { return cached(session.sealed) == CachedVerdict::active; };
  EXPECT_TRUE(testing::run_until(io_, [&] { return run(service_.verify(session.sealed)) && answered(); }))
      << "the feed becomes ready";
  auto replica = backend_->another_provider();
  auto replica_database = replica->open(io_, 1);
  SessionCache replica_cache{0, boot_clock_};
  SessionService replica_service{*replica_database, replica_cache, sealer_, clock_, random_, settings()};
  flows::SessionEndFlow replica_ends{*replica_database, replica_service, clock_};
  run(replica_ends.log_out(session.sealed, {}));
  EXPECT_TRUE(testing::run_until(io_, [&] { return !answered(); }));
  EXPECT_EQ(cached(session.sealed), CachedVerdict::unknown);
  EXPECT_EQ(refusal(session.sealed), SessionError::not_found);
}

// Values that somebody may write into a row by hand: PostgreSQL has infinity, SQLite the limits of its integers.
TEST_P(SessionServiceTest, ExpiryOfInfinity_IsNotTrustedBeyondTheAbsoluteLimit) {
  const auto session = login();
  run_script("UPDATE sessions SET expires_at = 'infinity', updated_at = '-infinity'",
             "UPDATE sessions SET expires_at = 9223372036854775807, updated_at = -9223372036854775807 - 1");
  EXPECT_TRUE(run(service_.is_active(by_token(session, user_))));
  const auto verified = run(service_.verify(session.sealed));
  ASSERT_TRUE(verified);
  EXPECT_LE(verified->principal().expires_at, clock_.now() + days{2});
  run_script("UPDATE sessions SET expires_at = 'infinity'", "UPDATE sessions SET expires_at = 9223372036854775807");
  clock_.advance(days{2});
  cache_.on_feed_lost();
  EXPECT_EQ(refusal(session.sealed), SessionError::expired);
  EXPECT_FALSE(run(service_.is_active(by_token(session, user_))));
}

TEST_P(SessionServiceTest, AbsoluteLimitOfInfinity_IsThatOfTheLogin) {
  const auto session = login();
  run_script("UPDATE sessions SET expires_at = 'infinity', absolute_expires_at = 'infinity'",
             "UPDATE sessions SET expires_at = 9223372036854775807, absolute_expires_at = 9223372036854775807");
  EXPECT_TRUE(run(service_.is_active(by_token(session, user_))));
  EXPECT_TRUE(run(service_.verify(session.sealed)));
  clock_.advance(days{2});
  cache_.on_feed_lost();
  EXPECT_EQ(refusal(session.sealed), SessionError::expired);
  EXPECT_FALSE(run(service_.is_active(by_token(session, user_))));
}

TEST_P(SessionServiceTest, RowWithoutAnyDate_IsOver) {
  const auto session = login();
  run_script("UPDATE sessions SET created_at = 'infinity', expires_at = 'infinity', absolute_expires_at = 'infinity'",
             "UPDATE sessions SET created_at = 9223372036854775807, expires_at = 9223372036854775807, "
             "absolute_expires_at = 9223372036854775807");
  EXPECT_EQ(refusal(session.sealed), SessionError::expired);
  EXPECT_FALSE(run(service_.is_active(by_token(session, user_))));
}

}  // namespace
}  // namespace gatehouse::sessions
