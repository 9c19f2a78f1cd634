#include "sessions/shared_session_keys.hpp"

#include <gtest/gtest.h>

#include <string>

#include "crypto/random.hpp"

namespace gatehouse::sessions {
namespace {

using database::ChangeFeedKind;

class SharedSessionKeysTest : public ::testing::Test {
 protected:
  SharedRow row_{.session = {.user = UserId{7},
                             .secret_hash = std::string(32, 'h'),
                             .times = {.created_at = from_unix_us(1),
                                       .expires_at = from_unix_us(2),
                                       .absolute_expires_at = from_unix_us(3)},
                             .updated_at = from_unix_us(4),
                             .owner = StoredSession::Owner{"ada@example.com", "Ada", "Lovelace"}},
                 .read_at = {1'800'000'000'000}};
  crypto::SystemRandom random_;
  const SharedSessionKeys keys_{SecretString{"a secret"}, ChangeFeedKind::postgres};
  const std::string sealed_ = keys_.seal(row_, "a place", random_);
};

TEST_F(SharedSessionKeysTest, SealedRow_OpensAsItWas) {
  const auto opened = keys_.open(sealed_, "a place");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->read_at, row_.read_at);
  EXPECT_EQ(opened->session.user, row_.session.user);
  EXPECT_EQ(opened->session.secret_hash, row_.session.secret_hash);
  EXPECT_EQ(opened->session.times.created_at, row_.session.times.created_at);
  EXPECT_EQ(opened->session.times.expires_at, row_.session.times.expires_at);
  EXPECT_EQ(opened->session.times.absolute_expires_at, row_.session.times.absolute_expires_at);
  EXPECT_EQ(opened->session.updated_at, row_.session.updated_at);
  EXPECT_EQ(opened->session.owner->email, "ada@example.com");
  EXPECT_EQ(opened->session.owner->first_name, "Ada");
  EXPECT_EQ(opened->session.owner->last_name, "Lovelace");
}

TEST_F(SharedSessionKeysTest, EveryChangedByte_IsRefused) {
  for (std::size_t i = 0; i < sealed_.size(); ++i) {
    std::string changed = sealed_;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(keys_.open(changed, "a place")) << i;
    EXPECT_FALSE(keys_.open(sealed_.substr(0, i), "a place")) << i;
  }
}

TEST_F(SharedSessionKeysTest, AnotherPlace_IsRefused) { EXPECT_FALSE(keys_.open(sealed_, "another place")); }

TEST_F(SharedSessionKeysTest, AnotherSecret_SharesNothing) {
  const SharedSessionKeys others{SecretString{"another secret"}, ChangeFeedKind::postgres};
  EXPECT_FALSE(others.open(sealed_, "a place"));
  EXPECT_NE(others.tag(), keys_.tag());
  EXPECT_NE(others.name_of({Ended::Kind::session, 7}), keys_.name_of({Ended::Kind::session, 7}));
}

// Replicas of either kind took the epoch from each other every few seconds.
TEST_F(SharedSessionKeysTest, AnotherChangeFeed_HadTheSameEpoch) {
  const SharedSessionKeys others{SecretString{"a secret"}, ChangeFeedKind::redis};
  EXPECT_NE(others.tag(), keys_.tag());
}

TEST_F(SharedSessionKeysTest, Names_TellKindsAndIdsApart) {
  const std::string name = keys_.name_of({Ended::Kind::session, 7});
  EXPECT_EQ(name.size(), SharedSessionKeys::name_length);
  const SharedSessionKeys same{SecretString{"a secret"}, ChangeFeedKind::postgres};
  EXPECT_EQ(name, same.name_of({Ended::Kind::session, 7}));
  EXPECT_NE(name, keys_.name_of({Ended::Kind::session, 8}));
  EXPECT_NE(name.substr(1), keys_.name_of({Ended::Kind::user, 7}).substr(1));
}

TEST_F(SharedSessionKeysTest, WhatStandsInClear_IsTheTimeAndTheUsersName) {
  EXPECT_TRUE(sealed_.starts_with("1800000000000" + keys_.name_of({Ended::Kind::user, 7})));
  EXPECT_EQ(sealed_.find("ada@example.com"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::sessions
