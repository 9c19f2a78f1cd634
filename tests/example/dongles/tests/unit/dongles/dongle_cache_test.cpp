#include "dongles/dongle_cache.hpp"

#include <gtest/gtest.h>

#include "dongles/topics.hpp"

namespace gatehouse::dongles {
namespace {

constexpr UserId ada{1};
constexpr UserId bob{2};

class DongleCacheTest : public ::testing::Test {
 protected:
  DongleCacheTest() { cache_.on_feed_proved(BootTime::max()); }

  void remember(UserId user) {
    cache_.remember(user, {{.id = DongleId{1}, .name = "Telephone", .created_at = {}, .expires_at = {}}},
                    cache_.ticket());
  }
  bool knows(UserId user) { return cache_.find(user).has_value(); }

  DongleCache cache_;
};

TEST_F(DongleCacheTest, Dongles_AreRememberedUntilTheyChange) {
  remember(ada);
  remember(bob);
  EXPECT_EQ(cache_.find(ada).value().at(0).name, "Telephone");
  cache_.on_announcement(dongles_topic.of(ada));
  EXPECT_FALSE(knows(ada));
  EXPECT_TRUE(knows(bob));
  cache_.on_announcement(user_topic.of(bob));
  EXPECT_FALSE(knows(bob));
}

TEST_F(DongleCacheTest, AnnouncementOfAnotherTopic_ChangesNothing) {
  remember(ada);
  cache_.on_announcement({.topic = "session", .id = ada.value});
  EXPECT_TRUE(knows(ada));
}

TEST_F(DongleCacheTest, ListReadBeforeAChange_IsNotRememberedAfterIt) {
  const auto ticket = cache_.ticket();
  cache_.on_announcement(dongles_topic.of(ada));
  cache_.remember(ada, {}, ticket);
  EXPECT_FALSE(knows(ada));
}

TEST_F(DongleCacheTest, ChangeThatNobodyCanName_EmptiesIt) {
  remember(ada);
  cache_.on_unknown_change();
  EXPECT_FALSE(knows(ada));
}

TEST_F(DongleCacheTest, WithoutAFeed_NothingIsRemembered) {
  remember(ada);
  cache_.on_feed_lost();
  EXPECT_FALSE(knows(ada));
  remember(ada);
  EXPECT_FALSE(knows(ada));
}

TEST_F(DongleCacheTest, ProofThatIsOver_IsNoLongerTrusted) {
  remember(ada);
  cache_.on_feed_proved(boot_now());
  EXPECT_FALSE(knows(ada));
  cache_.on_feed_proved(BootTime::max());
  EXPECT_TRUE(knows(ada));
}

TEST_F(DongleCacheTest, Full_BeginsAnew) {
  for (std::size_t i = 0; i <= DongleCache::users_max; ++i) remember(UserId{static_cast<std::int64_t>(i)});
  EXPECT_FALSE(knows(UserId{0}));
  EXPECT_TRUE(knows(UserId{DongleCache::users_max}));
}

}  // namespace
}  // namespace gatehouse::dongles
