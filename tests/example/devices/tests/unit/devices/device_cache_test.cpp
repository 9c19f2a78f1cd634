#include "devices/device_cache.hpp"

#include <gtest/gtest.h>

#include "devices/topics.hpp"

namespace gatehouse::devices {
namespace {

constexpr UserId ada{1};
constexpr UserId bob{2};

class DeviceCacheTest : public ::testing::Test {
 protected:
  DeviceCacheTest() { cache_.on_feed_proved(BootTime::max()); }

  void remember(UserId user) {
    cache_.remember(user, {{.id = DeviceId{1}, .name = "Telephone", .created_at = {}, .expires_at = {}}},
                    cache_.ticket());
  }
  bool knows(UserId user) { return cache_.find(user).has_value(); }

  DeviceCache cache_;
};

TEST_F(DeviceCacheTest, Devices_AreRememberedUntilTheyChange) {
  remember(ada);
  remember(bob);
  EXPECT_EQ(cache_.find(ada).value().at(0).name, "Telephone");
  cache_.on_announcement(devices_topic.of(ada));
  EXPECT_FALSE(knows(ada));
  EXPECT_TRUE(knows(bob));
  cache_.on_announcement(user_topic.of(bob));
  EXPECT_FALSE(knows(bob));
}

TEST_F(DeviceCacheTest, AnnouncementOfAnotherTopic_ChangesNothing) {
  remember(ada);
  cache_.on_announcement({.topic = "session", .id = ada.value});
  EXPECT_TRUE(knows(ada));
}

TEST_F(DeviceCacheTest, ListReadBeforeAChange_IsNotRememberedAfterIt) {
  const auto ticket = cache_.ticket();
  cache_.on_announcement(devices_topic.of(ada));
  cache_.remember(ada, {}, ticket);
  EXPECT_FALSE(knows(ada));
}

TEST_F(DeviceCacheTest, ChangeThatNobodyCanName_EmptiesIt) {
  remember(ada);
  cache_.on_unknown_change();
  EXPECT_FALSE(knows(ada));
}

TEST_F(DeviceCacheTest, WithoutAFeed_NothingIsRemembered) {
  remember(ada);
  cache_.on_feed_lost();
  EXPECT_FALSE(knows(ada));
  remember(ada);
  EXPECT_FALSE(knows(ada));
}

TEST_F(DeviceCacheTest, ProofThatIsOver_IsNoLongerTrusted) {
  remember(ada);
  cache_.on_feed_proved(boot_now());
  EXPECT_FALSE(knows(ada));
  cache_.on_feed_proved(BootTime::max());
  EXPECT_TRUE(knows(ada));
}

TEST_F(DeviceCacheTest, Full_BeginsAnew) {
  for (std::size_t i = 0; i <= DeviceCache::users_max; ++i) remember(UserId{static_cast<std::int64_t>(i)});
  EXPECT_FALSE(knows(UserId{0}));
  EXPECT_TRUE(knows(UserId{DeviceCache::users_max}));
}

}  // namespace
}  // namespace gatehouse::devices
