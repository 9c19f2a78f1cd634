#include "one_time_tokens/one_time_token_store.hpp"

#include <gtest/gtest.h>

#include "contract/feature_fixture.hpp"

namespace gatehouse::one_time_tokens {
namespace {

using std::chrono::minutes;

class OneTimeTokenStoreTest : public testing::FeatureFixture {
 protected:
  static std::string hash(char name) { return std::string(32, name); }

  [[nodiscard]] NewOneTimeToken token(char name, Kind kind = Kind::reset) const {
    return {.kind = kind,
            .hash = hash(name),
            .payload = {},
            .created_at = clock_.now(),
            .expires_at = clock_.now() + minutes{10}};
  }
  bool is_open(char name, Kind kind = Kind::reset) {
    return run(store_.find_open(hash(name), kind, clock_.now())).has_value();
  }
  bool redeems(char name, Kind kind = Kind::reset) {
    database::Changes changes;
    changes.add(OneTimeTokenStore::redeem(hash(name), kind, clock_.now()));
    return run(database_->commit_unless(std::move(changes), token_is_unredeemed, token_is_open)).has_value();
  }

  const UserId user_ = add_user("ada@example.com");
  OneTimeTokenStore store_{*database_};
};

INSTANTIATE_TEST_SUITE_P(Databases, OneTimeTokenStoreTest, ::testing::ValuesIn(testing::backends()),
                         testing::backend_name);

TEST_P(OneTimeTokenStoreTest, Token_IsRedeemedOnce) {
  commit(OneTimeTokenStore::insert(token('a'), user_));
  EXPECT_EQ(run(store_.find_open(hash('a'), Kind::reset, clock_.now()))->user, user_);
  EXPECT_TRUE(redeems('a'));
  EXPECT_FALSE(is_open('a'));
  EXPECT_FALSE(redeems('a'));
}

TEST_P(OneTimeTokenStoreTest, TokenOfAnotherKindUnknownOrExpired_IsNotOpen) {
  commit(OneTimeTokenStore::insert(token('a'), user_));
  EXPECT_FALSE(is_open('a', Kind::verify));
  EXPECT_FALSE(redeems('a', Kind::verify));
  EXPECT_FALSE(redeems('x'));
  clock_.advance(minutes{10});
  EXPECT_FALSE(is_open('a'));
  EXPECT_FALSE(redeems('a'));
}

TEST_P(OneTimeTokenStoreTest, RedemptionThatFails_TakesEverythingWithIt) {
  database::Changes changes;
  changes.add(OneTimeTokenStore::insert(token('a'), user_));
  changes.add(OneTimeTokenStore::redeem(hash('x'), Kind::reset, clock_.now()));
  EXPECT_FALSE(run(database_->commit_unless(std::move(changes), token_is_unredeemed, token_is_open)));
  EXPECT_FALSE(is_open('a'));
}

TEST_P(OneTimeTokenStoreTest, FourthOpenToken_TakesTheOldestsPlace) {
  for (const char name : {'a', 'b', 'c', 'd'}) {
    commit(OneTimeTokenStore::insert(token(name), user_));
    commit(OneTimeTokenStore::drop_old(Kind::reset, user_));
  }
  commit(OneTimeTokenStore::insert(token('v', Kind::verify), user_));
  EXPECT_FALSE(is_open('a'));
  EXPECT_TRUE(is_open('b') && is_open('c') && is_open('d') && is_open('v', Kind::verify));
}

TEST_P(OneTimeTokenStoreTest, NobodyOrADisabledUser_GetsNone) {
  commit(OneTimeTokenStore::insert(token('a'), UserId{0}));
  EXPECT_FALSE(is_open('a'));
  EXPECT_TRUE(commit(users::UserStore::set_disabled(user_, clock_.now())));
  commit(OneTimeTokenStore::insert(token('b'), user_));
  EXPECT_FALSE(is_open('b'));
}

TEST_P(OneTimeTokenStoreTest, NewUser_IsFoundByTheEmailInserted) {
  commit(OneTimeTokenStore::insert_for_new_user(token('a', Kind::verify), "ada@example.com"));
  EXPECT_EQ(run(store_.find_open(hash('a'), Kind::verify, clock_.now()))->user, user_);
  commit(OneTimeTokenStore::insert_for_new_user(token('b', Kind::verify), "nobody@example.com"));
  EXPECT_FALSE(is_open('b', Kind::verify));
}

TEST_P(OneTimeTokenStoreTest, DroppedTokens_AreThoseStillOpen) {
  commit(OneTimeTokenStore::insert(token('a'), user_));
  commit(OneTimeTokenStore::insert(token('b', Kind::verify), user_));
  EXPECT_TRUE(redeems('a'));
  commit(OneTimeTokenStore::drop_open(user_));
  EXPECT_FALSE(is_open('b', Kind::verify));
  EXPECT_FALSE(redeems('a'));
}

TEST_P(OneTimeTokenStoreTest, DeletedUser_LeavesNone) {
  commit(OneTimeTokenStore::insert(token('a'), user_));
  EXPECT_TRUE(commit(users::UserStore::remove(user_)));
  EXPECT_FALSE(is_open('a'));
}

TEST_P(OneTimeTokenStoreTest, ExpiredTokens_AreDeletedUnderTheLease) {
  static constexpr database::Write take_lease{"test_take_lease",
                                              "INSERT INTO leases (name, holder, expires_at) VALUES ($1, $2, $3)",
                                              database::announces_nothing};
  commit(OneTimeTokenStore::insert(token('a'), user_));
  clock_.advance(minutes{11});
  commit(OneTimeTokenStore::insert(token('b'), user_));
  const database::HeldLease lease{.name = "cleanup", .holder = "me"};
  EXPECT_EQ(commit(OneTimeTokenStore::delete_expired(clock_.now(), lease)), 0);
  execute(take_lease, {"cleanup", "me", clock_.now()});
  EXPECT_EQ(commit(OneTimeTokenStore::delete_expired(clock_.now(), lease)), 1);
  EXPECT_TRUE(is_open('b'));
}

}  // namespace
}  // namespace gatehouse::one_time_tokens
