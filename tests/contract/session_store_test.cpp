#include "sessions/session_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.hpp"
#include "contract/feature_fixture.hpp"
#include "crypto/sha256.hpp"
#include "support/plain_writes.hpp"

namespace gatehouse::sessions {
namespace {

using database::Statement;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

class SessionStoreTest : public testing::FeatureFixture {
 protected:
  NewSession session(UserId user, std::chrono::seconds lifetime = hours{1}) {
    return {.user = user,
            .password_hash = "$hash",
            .secret_hash = crypto::sha256("secret"),
            .created_at = clock_.now(),
            .expires_at = clock_.now() + lifetime,
            .absolute_expires_at = clock_.now() + hours{24},
            .client = {.address = "192.0.2.1", .user_agent = "test"}};
  }

  std::optional<SessionId> insert(NewSession session) { return commit(SessionStore::insert(std::move(session))); }

  /// A session as the Express service wrote it: without a secret, so nothing can prove it.
  SessionId insert_express_session(UserId user) {
    static constexpr database::Write insert{
        "test_insert_express_session",
        "INSERT INTO sessions (user_id, expires_at, created_at, updated_at) VALUES ($1, $2, $3, $3) RETURNING id",
        database::announces_nothing};
    return SessionId{execute(insert, {user.value, clock_.now() + hours{1}, clock_.now()})[0].integer(0)};
  }

  std::int64_t session_count() {
    static constexpr Statement count{"test_count_sessions", "SELECT COUNT(*) FROM sessions"};
    return select(count)[0].integer(0);
  }

  void insert_many(UserId user, int count, std::chrono::seconds lifetime) {
    database::Changes changes;
    std::vector<database::ResultOf<std::optional<SessionId>>> ids;
    for (int i = 0; i < count; ++i) ids.push_back(changes.add(SessionStore::insert(session(user, lifetime))));
    const auto committed = run(database_->commit(std::move(changes)));
    for (const auto& id : ids) ASSERT_TRUE(committed.result(id));
  }

  Renewal renewal(SessionId id) {
    return {.id = id, .now = clock_.now(), .expires_at = clock_.now() + hours{1}, .seen_before = clock_.now()};
  }

  SessionStore store_{*database_};
};

INSTANTIATE_TEST_SUITE_P(Databases, SessionStoreTest, ::testing::ValuesIn(testing::backends()), testing::backend_name);

TEST_P(SessionStoreTest, InsertedSession_IsFoundWithItsUser) {
  const auto user = add_user("ada@example.com");
  const auto id = insert(session(user));
  ASSERT_TRUE(id);
  const auto found = run(store_.find(*id));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->user, user);
  EXPECT_EQ(found->secret_hash, crypto::sha256("secret"));
  EXPECT_EQ(found->times.expires_at, clock_.now() + hours{1});
  EXPECT_EQ(found->times.absolute_expires_at, clock_.now() + hours{24});
  EXPECT_EQ(found->updated_at, clock_.now());
  ASSERT_TRUE(found->owner);
  EXPECT_EQ(found->owner->email, "ada@example.com");
  EXPECT_EQ(found->owner->first_name, "Ada");
  EXPECT_EQ(found->owner->last_name, "Lovelace");
}

TEST_P(SessionStoreTest, IdsBeyond32Bits_AreGivenAndFound) {
  const std::int64_t last = std::int64_t{1} << 32;
  begin_ids_after(last);
  const auto user = add_user("ada@example.com");
  const auto id = insert(session(user)).value();
  EXPECT_EQ(user.value, last + 1);
  EXPECT_EQ(id.value, last + 1);
  EXPECT_EQ(run(store_.find(id))->user, user);
  EXPECT_TRUE(run(store_.find_active(id, user, clock_.now())));
  EXPECT_EQ(run(store_.list(user, clock_.now())).at(0).id, id);
  EXPECT_TRUE(run(store_.renew(renewal(id))));
  EXPECT_EQ(commit(SessionStore::remove(id)), 1);
}

TEST_P(SessionStoreTest, InsertForChangedPasswordOrUnknownUser_InsertsNothing) {
  const auto user = add_user("ada@example.com");
  auto stale = session(user);
  stale.password_hash = "$old";
  EXPECT_FALSE(insert(std::move(stale)));
  EXPECT_FALSE(insert(session(UserId{user.value + 1})));
  EXPECT_EQ(session_count(), 0);
}

TEST_P(SessionStoreTest, SessionOfTheExpressService_DoesNotExistHere) {
  const auto user = add_user("ada@example.com");
  const auto id = insert_express_session(user);
  EXPECT_FALSE(run(store_.find(id)));
  EXPECT_FALSE(run(store_.find_active(id, user, clock_.now())));
  EXPECT_TRUE(run(store_.list(user, clock_.now())).empty());
  EXPECT_FALSE(run(store_.renew(renewal(id))));
}

TEST_P(SessionStoreTest, FindActive_WantsTheRightUserAndTime) {
  const auto user = add_user("ada@example.com");
  const auto id = insert(session(user)).value();
  const auto active = run(store_.find_active(id, user, clock_.now())).value();
  EXPECT_EQ(active.times.expires_at, clock_.now() + hours{1});
  EXPECT_EQ(active.mark, SessionMark::of(crypto::sha256("secret")));
  EXPECT_FALSE(run(store_.find_active(id, UserId{user.value + 1}, clock_.now())));
  EXPECT_FALSE(run(store_.find_active(SessionId{id.value + 1}, user, clock_.now())));
  EXPECT_TRUE(run(store_.find_active(id, user, clock_.now() + hours{1} - microseconds{1})));
  EXPECT_FALSE(run(store_.find_active(id, user, clock_.now() + hours{1})));
}

TEST_P(SessionStoreTest, Renew_MovesAnActiveSessionOnce) {
  const auto user = add_user("ada@example.com");
  const auto id = insert(session(user)).value();
  clock_.advance(seconds{600});
  auto move = renewal(id);
  move.seen_before = clock_.now() - seconds{600};
  EXPECT_TRUE(run(store_.renew(move)));
  EXPECT_FALSE(run(store_.renew(move))) << "it was seen just now";
  const auto found = run(store_.find(id));
  EXPECT_EQ(found->times.expires_at, clock_.now() + hours{1});
  EXPECT_EQ(found->updated_at, clock_.now());
}

TEST_P(SessionStoreTest, RenewOfWhatIsOverGoneOrTooFar_MovesNothing) {
  const auto user = add_user("ada@example.com");
  const auto id = insert(session(user)).value();
  auto too_far = renewal(id);
  too_far.expires_at = clock_.now() + hours{24} + microseconds{1};
  EXPECT_FALSE(run(store_.renew(too_far))) << "past the absolute limit";
  EXPECT_FALSE(run(store_.renew(renewal(SessionId{id.value + 1}))));
  clock_.advance(hours{1});
  EXPECT_FALSE(run(store_.renew(renewal(id)))) << "expired at this moment";
}

TEST_P(SessionStoreTest, ConcurrentRenewals_HaveOneWinner) {
  const auto id = insert(session(add_user("ada@example.com"))).value();
  clock_.advance(seconds{600});
  auto move = renewal(id);
  move.seen_before = clock_.now() - seconds{600};
  std::vector<Task<bool>> renewals;
  for (int i = 0; i < 20; ++i) renewals.push_back(store_.renew(move));
  const auto renewed = run_all(std::move(renewals));
  EXPECT_EQ(std::ranges::count(renewed, true), 1);
}

TEST_P(SessionStoreTest, List_ShowsActiveSessionsNewestFirst) {
  const auto user = add_user("ada@example.com");
  const auto other = add_user("bob@example.com");
  const auto first = insert(session(user)).value();
  insert(session(user, seconds{1}));
  insert(session(other));
  clock_.advance(seconds{1});
  const auto second = insert(session(user)).value();
  const auto sessions = run(store_.list(user, clock_.now()));
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].id, second);
  EXPECT_EQ(sessions[1].id, first);
  EXPECT_EQ(sessions[0].created_at, clock_.now());
  EXPECT_EQ(sessions[0].last_seen_at, clock_.now());
  EXPECT_EQ(sessions[0].expires_at, clock_.now() + hours{1});
  EXPECT_EQ(sessions[0].address, "192.0.2.1");
  EXPECT_EQ(sessions[0].user_agent, "test");
}

TEST_P(SessionStoreTest, List_IsBounded) {
  const auto user = add_user("ada@example.com");
  insert_many(user, SessionStore::list_sessions_max + 1, hours{1});
  EXPECT_EQ(run(store_.list(user, clock_.now())).size(), static_cast<std::size_t>(SessionStore::list_sessions_max));
}

TEST_P(SessionStoreTest, ClientTexts_AreStoredCutOrNotAtAll) {
  const auto user = add_user("ada@example.com");
  auto oversized = session(user);
  oversized.client = {.address = std::string(500, '1'),
                      .user_agent = std::string("\xFF\0", 2) + std::string(9000, 'x')};
  ASSERT_TRUE(insert(std::move(oversized)));
  clock_.advance(seconds{1});
  auto silent = session(user);
  silent.client = {};
  ASSERT_TRUE(insert(std::move(silent)));
  const auto sessions = run(store_.list(user, clock_.now()));
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].address, std::nullopt);
  EXPECT_EQ(sessions[0].user_agent, std::nullopt);
  EXPECT_EQ(sessions[1].address->size(), address_characters_max);
  EXPECT_EQ(sessions[1].user_agent, "??" + std::string(user_agent_characters_max - 2, 'x'));
}

TEST_P(SessionStoreTest, Removals_TakeWhatTheyNameAndNoMore) {
  const auto user = add_user("ada@example.com");
  const auto other = add_user("bob@example.com");
  const auto first = insert(session(user)).value();
  const auto second = insert(session(user)).value();
  const auto third = insert(session(other)).value();
  EXPECT_EQ(commit(SessionStore::remove_with_secret(first, crypto::sha256("other"))), 0);
  EXPECT_EQ(commit(SessionStore::remove_with_secret(first, crypto::sha256("secret"))), 1);
  EXPECT_EQ(commit(SessionStore::remove_with_secret(first, crypto::sha256("secret"))), 0);
  EXPECT_EQ(commit(SessionStore::remove(SessionId{third.value + 1})), 0);
  EXPECT_EQ(commit(SessionStore::remove_active_of_user(user, clock_.now())), 1);
  EXPECT_FALSE(run(store_.find(second)));
  EXPECT_TRUE(run(store_.find(third)));
  EXPECT_EQ(commit(SessionStore::remove(third)), 1);
  EXPECT_EQ(session_count(), 0);
}

TEST_P(SessionStoreTest, RemoveActive_LeavesThoseThatAreOver) {
  const auto user = add_user("ada@example.com");
  insert(session(user));
  insert(session(user, seconds{1}));
  insert_express_session(user);
  clock_.advance(seconds{1});
  EXPECT_EQ(commit(SessionStore::remove_active_of_user(user, clock_.now())), 1);
  EXPECT_EQ(session_count(), 2);
}

TEST_P(SessionStoreTest, DeletedUser_TakesItsSessionsAlong) {
  const auto user = add_user("ada@example.com");
  const auto id = insert(session(user)).value();
  commit(users::UserStore::remove(user));
  EXPECT_FALSE(run(store_.find(id)));
}

}  // namespace
}  // namespace gatehouse::sessions
