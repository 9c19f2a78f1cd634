#include "sessions/session_cache.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <thread>
#include <vector>

#include "sessions/topics.hpp"
#include "support/manual_boot_clock.hpp"

namespace gatehouse::sessions {
namespace {

using std::chrono::seconds;

constexpr TimePoint start = from_unix_us(1'737'541'800'000'000);
constexpr TimePoint later = start + seconds{60};
constexpr SessionMark mark{.bytes = {'m'}};
constexpr std::size_t ample_bytes = 1 << 20;

SessionSecret secret_of(char seed) {
  SessionSecret secret;
  secret.fill(seed);
  return secret;
}

std::string email_of(std::int64_t id) { return "user" + std::to_string(id) + "@example.com"; }

CachedSession session_of(std::int64_t id, std::int64_t user, std::optional<Profile> profile) {
  return {.principal = {.user = UserId{user}, .session = SessionId{id}, .expires_at = later},
          .secret = secret_of('s'),
          .mark = mark,
          .valid_until = later,
          .profile = profile};
}

class SessionCacheTest : public ::testing::Test {
 protected:
  SessionCacheTest() { cache_.on_feed_proved(BootTime::max()); }

  void remember(std::int64_t id, std::int64_t user) { remember(cache_, id, user); }

  static void remember(SessionCache& cache, std::int64_t id, std::int64_t user) {
    insert(cache, cache.begin_fill(SessionId{id}), id, user);
  }

  static void insert(SessionCache& cache, SessionCache::FillTicket ticket, std::int64_t id, std::int64_t user) {
    const std::string email = email_of(id);
    cache.insert(ticket, session_of(id, user, Profile{.email = email, .first_name = "Ada", .last_name = "Lovelace"}));
  }

  static bool knows(SessionCache& cache, std::int64_t id) {
    SessionView view;
    const bool hit = cache.find(SessionId{id}, secret_of('s'), start, view);
    EXPECT_EQ(view.profile().email, hit ? email_of(id) : "");
    return hit;
  }
  bool knows(std::int64_t id) { return knows(cache_, id); }

  testing::ManualBootClock boot_clock_;
  SessionCache cache_{ample_bytes, boot_clock_};
};

TEST_F(SessionCacheTest, InsertedSession_IsAnswered) {
  EXPECT_FALSE(knows(1));
  remember(1, 10);
  EXPECT_TRUE(knows(1));
  EXPECT_FALSE(knows(2));
}

TEST_F(SessionCacheTest, FoundSession_IsShownWhole) {
  const Profile profile{.email = "ada@example.com", .first_name = "Ada", .last_name = ""};
  cache_.insert(cache_.begin_fill(SessionId{1}), session_of(1, 10, profile));
  SessionView view;
  ASSERT_TRUE(cache_.find(SessionId{1}, secret_of('s'), start, view));
  EXPECT_EQ(view, SessionView({.user = UserId{10}, .session = SessionId{1}, .expires_at = later}, profile));
}

TEST_F(SessionCacheTest, ViewUsedAgain_ShowsOnlyTheLatestSession) {
  remember(1, 10);
  remember(200, 10);
  SessionView view;
  ASSERT_TRUE(cache_.find(SessionId{200}, secret_of('s'), start, view));
  ASSERT_TRUE(cache_.find(SessionId{1}, secret_of('s'), start, view));
  EXPECT_EQ(view.principal().session, SessionId{1});
  EXPECT_EQ(view.profile(), (Profile{.email = "user1@example.com", .first_name = "Ada", .last_name = "Lovelace"}));
}

TEST_F(SessionCacheTest, OtherSecret_IsNotAnswered) {
  remember(1, 10);
  SessionView view;
  for (std::size_t i = 0; i < sizeof(SessionSecret); ++i) {
    SessionSecret other = secret_of('s');
    other[i] = 't';
    EXPECT_FALSE(cache_.find(SessionId{1}, other, start, view));
  }
  EXPECT_EQ(view, SessionView{});
}

TEST_F(SessionCacheTest, ValidUntil_IsTheFirstMomentNotAnswered) {
  remember(1, 10);
  SessionView view;
  EXPECT_TRUE(cache_.find(SessionId{1}, secret_of('s'), later - std::chrono::microseconds{1}, view));
  EXPECT_FALSE(cache_.find(SessionId{1}, secret_of('s'), later, view));
  EXPECT_FALSE(cache_.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, later));
}

TEST_F(SessionCacheTest, SecondInsert_ReplacesTheFirst) {
  remember(1, 10);
  CachedSession changed = session_of(1, 10, Profile{.email = "new@example.com", .first_name = "", .last_name = ""});
  changed.secret = secret_of('n');
  cache_.insert(cache_.begin_fill(SessionId{1}), changed);
  EXPECT_FALSE(knows(1));
  SessionView view;
  EXPECT_TRUE(cache_.find(SessionId{1}, secret_of('n'), start, view));
  EXPECT_EQ(view.profile().email, "new@example.com");
  EXPECT_EQ(cache_.statistics().sessions, 1u);
}

TEST_F(SessionCacheTest, IsActive_KnowsTheSessionsUser) {
  EXPECT_EQ(cache_.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, start), std::nullopt);
  remember(1, 10);
  EXPECT_EQ(cache_.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, start), true);
  EXPECT_EQ(cache_.is_active({.id = SessionId{1}, .user = UserId{11}, .mark = {}}, start), false);
}

TEST_F(SessionCacheTest, SessionKnownWithoutProfile_IsActiveButNotFound) {
  cache_.insert(cache_.begin_fill(SessionId{1}), session_of(1, 10, std::nullopt));
  EXPECT_EQ(cache_.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, start), true);
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, InsertWithoutProfile_KeepsTheProfileThatIsThere) {
  remember(1, 10);
  cache_.insert(cache_.begin_fill(SessionId{1}), session_of(1, 10, std::nullopt));
  EXPECT_TRUE(knows(1));
}

TEST_F(SessionCacheTest, DroppedSession_IsForgottenAndNoOther) {
  remember(1, 10);
  remember(2, 10);
  cache_.drop_session(SessionId{1});
  EXPECT_FALSE(knows(1));
  EXPECT_TRUE(knows(2));
}

TEST_F(SessionCacheTest, DroppedUser_LosesAllSessionsAndNobodyElseAny) {
  for (std::int64_t id = 1; id <= 500; ++id) remember(id, id % 50);
  cache_.drop_user(UserId{7});
  for (std::int64_t id = 1; id <= 500; ++id) EXPECT_EQ(knows(id), id % 50 != 7) << id;
  EXPECT_EQ(cache_.statistics().sessions, 490u);
}

TEST_F(SessionCacheTest, FillOvertakenBySessionDrop_IsIgnored) {
  const auto ticket = cache_.begin_fill(SessionId{1});
  cache_.drop_session(SessionId{1});
  insert(cache_, ticket, 1, 10);
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, FillOvertakenByUserDrop_IsIgnored) {
  const auto ticket = cache_.begin_fill(SessionId{1});
  cache_.drop_user(UserId{10});
  insert(cache_, ticket, 1, 10);
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, FillOvertakenByClear_IsIgnored) {
  const auto ticket = cache_.begin_fill(SessionId{1});
  cache_.clear();
  insert(cache_, ticket, 1, 10);
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, FillOvertakenByLossAndReturnOfTheFeed_IsIgnored) {
  const auto ticket = cache_.begin_fill(SessionId{1});
  cache_.on_feed_lost();
  cache_.on_feed_proved(BootTime::max());
  insert(cache_, ticket, 1, 10);
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, FeedNotYetReady_NothingIsRemembered) {
  SessionCache cache{ample_bytes, boot_clock_};
  remember(cache, 1, 10);
  EXPECT_FALSE(knows(cache, 1));
  cache.on_feed_proved(BootTime::max());
  EXPECT_FALSE(knows(cache, 1));
  remember(cache, 1, 10);
  EXPECT_TRUE(knows(cache, 1));
}

TEST_F(SessionCacheTest, FeedLost_ForgetsAndTakesNothingUntilReady) {
  remember(1, 10);
  cache_.on_feed_lost();
  EXPECT_FALSE(knows(1));
  remember(1, 10);
  EXPECT_FALSE(knows(1));
  cache_.on_feed_proved(BootTime::max());
  EXPECT_FALSE(knows(1));
}

// A process that was stopped has meanwhile heard neither of the session's end nor of the feed's.
TEST_F(SessionCacheTest, ProcessThatStoodStill_DoesNotAnswerUntilTheFeedIsProvedAgain) {
  cache_.on_feed_proved(boot_clock_.now() + seconds{2});
  remember(1, 10);
  boot_clock_.advance(seconds{2} - std::chrono::nanoseconds{1});
  EXPECT_TRUE(knows(1));
  EXPECT_EQ(cache_.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, start), true);
  boot_clock_.advance(std::chrono::nanoseconds{1});
  EXPECT_FALSE(knows(1));
  EXPECT_EQ(cache_.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, start), std::nullopt);
  cache_.on_feed_proved(boot_clock_.now() + seconds{2});
  EXPECT_TRUE(knows(1));
}

TEST_F(SessionCacheTest, Announcements_DropWhatTheyName) {
  for (std::int64_t id = 1; id <= 4; ++id) remember(id, 10 + id);
  cache_.on_announcement(session_topic.of(SessionId{1}));
  cache_.on_announcement(user_topic.of(UserId{12}));
  EXPECT_FALSE(knows(1));
  EXPECT_FALSE(knows(2));
  EXPECT_TRUE(knows(3));
  EXPECT_TRUE(knows(4));
}

TEST_F(SessionCacheTest, AnnouncementOfAForeignTopic_LeavesEverything) {
  remember(1, 10);
  cache_.on_announcement({.topic = "role", .id = 1});
  cache_.on_announcement({.topic = "users", .id = 10});
  EXPECT_TRUE(knows(1));
}

TEST_F(SessionCacheTest, ChangeThatNobodyCanName_DropsEverything) {
  remember(1, 10);
  cache_.on_unknown_change();
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, NoBytes_SwitchesTheCacheOff) {
  SessionCache cache{0, boot_clock_};
  cache.on_feed_proved(BootTime::max());
  remember(cache, 1, 10);
  EXPECT_FALSE(knows(cache, 1));
  EXPECT_EQ(cache.is_active({.id = SessionId{1}, .user = UserId{10}, .mark = {}}, start), std::nullopt);
  EXPECT_EQ(cache.statistics().bytes, 0u);
}

TEST_F(SessionCacheTest, MoreThanTheBudget_DropsTheLeastRecentlyUsed) {
  SessionCache cache{16 * 8192, boot_clock_};
  cache.on_feed_proved(BootTime::max());
  remember(cache, 1, 1);
  for (std::int64_t id = 2; id <= 5000; ++id) {
    remember(cache, id, id);
    ASSERT_TRUE(knows(cache, 1)) << "used all the time, dropped at " << id;
    ASSERT_LE(cache.statistics().bytes, 16u * 8192u);
  }
  EXPECT_FALSE(knows(cache, 2));
  EXPECT_TRUE(knows(cache, 5000));
  const auto statistics = cache.statistics();
  EXPECT_GT(statistics.evictions, 0u);
  EXPECT_EQ(statistics.sessions + statistics.evictions, 5000u);
}

TEST_F(SessionCacheTest, ProfileAboveTheBudget_IsNotRemembered) {
  SessionCache cache{16 * 4096, boot_clock_};
  cache.on_feed_proved(BootTime::max());
  const std::string huge(5000, 'x');
  cache.insert(cache.begin_fill(SessionId{1}),
               session_of(1, 10, Profile{.email = huge, .first_name = "", .last_name = ""}));
  EXPECT_FALSE(knows(cache, 1));
  EXPECT_LE(cache.statistics().bytes, 16u * 4096u);
}

TEST_F(SessionCacheTest, EverythingDropped_GivesItsBytesBack) {
  for (std::int64_t id = 1; id <= 1000; ++id) remember(id, 10);
  const auto full = cache_.statistics().bytes;
  cache_.drop_user(UserId{10});
  const auto empty = cache_.statistics();
  EXPECT_EQ(empty.sessions, 0u);
  EXPECT_LT(empty.bytes, full / 4) << "only the tables are left";
}

TEST_F(SessionCacheTest, TypicalSession_TakesAtMost252Bytes) {
  constexpr std::size_t count = 100'000;
  SessionCache cache{64u << 20, boot_clock_};
  cache.on_feed_proved(BootTime::max());
  const Profile profile{.email = "augusta.ada.king@computing.example.com",
                        .first_name = "Augusta Ada",
                        .last_name = "King, Countess of Lovelace"};
  const auto before = ::mallinfo2();
  for (std::size_t id = 1; id <= count; ++id) {
    const auto session = static_cast<std::int64_t>(id);
    cache.insert(cache.begin_fill(SessionId{session}), session_of(session, session / 2, profile));
  }
  const auto after = ::mallinfo2();
  const auto statistics = cache.statistics();
  ASSERT_EQ(statistics.sessions, count);
  const auto measured = (after.uordblks + after.hblkhd) - (before.uordblks + before.hblkhd);
  RecordProperty("bytes_per_session", static_cast<int>(measured / count));
  EXPECT_LE(statistics.bytes / count, 252u);
  if (measured == 0) GTEST_SKIP() << "a sanitizer's malloc does not tell what it holds";
  EXPECT_LE(measured / count, 252u);
  EXPECT_NEAR(static_cast<double>(measured), static_cast<double>(statistics.bytes),
              0.02 * static_cast<double>(measured));
}

TEST_F(SessionCacheTest, ManyThreads_NeverSeeARevokedSession) {
  constexpr int rounds = 20'000;
  std::atomic<std::int64_t> revoked_below{0};
  std::atomic<bool> wrong{false};
  std::thread reader([&] {
    for (std::int64_t id = 1; id < rounds; ++id) {
      const auto ticket = cache_.begin_fill(SessionId{id});
      const bool active = id >= revoked_below.load();
      if (active) insert(cache_, ticket, id, id % 7);
    }
  });
  std::thread revoker([&] {
    for (std::int64_t id = 1; id < rounds; ++id) {
      revoked_below.store(id + 1);
      cache_.drop_session(SessionId{id});
      SessionView view;
      if (cache_.find(SessionId{id}, secret_of('s'), start, view)) wrong = true;
    }
  });
  reader.join();
  revoker.join();
  EXPECT_FALSE(wrong);
  for (std::int64_t id = 1; id < rounds; ++id) ASSERT_FALSE(knows(id)) << id;
}

}  // namespace
}  // namespace gatehouse::sessions
