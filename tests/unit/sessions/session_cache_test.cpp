#include "sessions/session_cache.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <string>
#include <thread>
#include <vector>

namespace gatehouse::sessions {
namespace {

using std::chrono::seconds;

constexpr TimePoint start = from_unix_us(1'737'541'800'000'000);
constexpr TimePoint later = start + seconds{60};
constexpr std::size_t ample_bytes = 1 << 20;

SessionSecret secret_of(char seed) {
  SessionSecret secret;
  secret.fill(seed);
  return secret;
}

std::string answer_of(std::int64_t id) { return "{\"session\":" + std::to_string(id) + "}"; }

class SessionCacheTest : public ::testing::Test {
 protected:
  SessionCacheTest() { cache_.on_feed_ready(); }

  void remember(std::int64_t id, std::int64_t user) { remember(cache_, id, user); }

  static void remember(SessionCache& cache, std::int64_t id, std::int64_t user) {
    insert(cache, cache.begin_fill(SessionId{id}), id, user);
  }

  static void insert(SessionCache& cache, SessionCache::FillTicket ticket, std::int64_t id, std::int64_t user) {
    const std::string answer = answer_of(id);
    cache.insert(
        ticket,
        {.id = SessionId{id}, .user = UserId{user}, .secret = secret_of('s'), .valid_until = later, .answer = answer});
  }

  static bool knows(SessionCache& cache, std::int64_t id) {
    std::string answer;
    const bool hit = cache.answer(SessionId{id}, secret_of('s'), start, answer);
    EXPECT_EQ(answer, hit ? answer_of(id) : "");
    return hit;
  }
  bool knows(std::int64_t id) { return knows(cache_, id); }

  SessionCache cache_{ample_bytes};
};

TEST_F(SessionCacheTest, InsertedSession_IsAnswered) {
  EXPECT_FALSE(knows(1));
  remember(1, 10);
  EXPECT_TRUE(knows(1));
  EXPECT_FALSE(knows(2));
}

TEST_F(SessionCacheTest, Answer_IsAppendedToWhatIsThere) {
  remember(1, 10);
  std::string out = "before ";
  ASSERT_TRUE(cache_.answer(SessionId{1}, secret_of('s'), start, out));
  EXPECT_EQ(out, "before " + answer_of(1));
}

TEST_F(SessionCacheTest, OtherSecret_IsNotAnswered) {
  remember(1, 10);
  std::string answer;
  for (std::size_t i = 0; i < sizeof(SessionSecret); ++i) {
    SessionSecret other = secret_of('s');
    other[i] = 't';
    EXPECT_FALSE(cache_.answer(SessionId{1}, other, start, answer));
  }
  EXPECT_EQ(answer, "");
}

TEST_F(SessionCacheTest, ValidUntil_IsTheFirstMomentNotAnswered) {
  remember(1, 10);
  std::string answer;
  EXPECT_TRUE(cache_.answer(SessionId{1}, secret_of('s'), later - std::chrono::microseconds{1}, answer));
  EXPECT_FALSE(cache_.answer(SessionId{1}, secret_of('s'), later, answer));
  EXPECT_FALSE(cache_.is_active(SessionId{1}, UserId{10}, later));
}

TEST_F(SessionCacheTest, SecondInsert_ReplacesTheFirst) {
  remember(1, 10);
  cache_.insert(
      cache_.begin_fill(SessionId{1}),
      {.id = SessionId{1}, .user = UserId{10}, .secret = secret_of('n'), .valid_until = later, .answer = "new"});
  EXPECT_FALSE(knows(1));
  std::string answer;
  EXPECT_TRUE(cache_.answer(SessionId{1}, secret_of('n'), start, answer));
  EXPECT_EQ(answer, "new");
  EXPECT_EQ(cache_.statistics().sessions, 1u);
}

TEST_F(SessionCacheTest, IsActive_KnowsTheSessionsUser) {
  EXPECT_EQ(cache_.is_active(SessionId{1}, UserId{10}, start), std::nullopt);
  remember(1, 10);
  EXPECT_EQ(cache_.is_active(SessionId{1}, UserId{10}, start), true);
  EXPECT_EQ(cache_.is_active(SessionId{1}, UserId{11}, start), false);
}

TEST_F(SessionCacheTest, SessionKnownWithoutAnswer_IsActiveButNotAnswered) {
  cache_.insert(cache_.begin_fill(SessionId{1}),
                {.id = SessionId{1}, .user = UserId{10}, .secret = {}, .valid_until = later, .answer = {}});
  EXPECT_EQ(cache_.is_active(SessionId{1}, UserId{10}, start), true);
  std::string answer;
  EXPECT_FALSE(cache_.answer(SessionId{1}, SessionSecret{}, start, answer));
}

TEST_F(SessionCacheTest, InsertWithoutAnswer_KeepsTheAnswerThatIsThere) {
  remember(1, 10);
  cache_.insert(cache_.begin_fill(SessionId{1}),
                {.id = SessionId{1}, .user = UserId{10}, .secret = {}, .valid_until = later, .answer = {}});
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
  cache_.on_feed_ready();
  insert(cache_, ticket, 1, 10);
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, FeedNotYetReady_NothingIsRemembered) {
  SessionCache cache{ample_bytes};
  remember(cache, 1, 10);
  EXPECT_FALSE(knows(cache, 1));
  cache.on_feed_ready();
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
  cache_.on_feed_ready();
  EXPECT_FALSE(knows(1));
}

TEST_F(SessionCacheTest, Announcements_DropWhatTheyName) {
  for (std::int64_t id = 1; id <= 4; ++id) remember(id, 10 + id);
  cache_.on_announcement("session:1");
  cache_.on_announcement("user:12");
  EXPECT_FALSE(knows(1));
  EXPECT_FALSE(knows(2));
  EXPECT_TRUE(knows(3));
  EXPECT_TRUE(knows(4));
}

TEST_F(SessionCacheTest, AnnouncementsNotUnderstood_DropEverything) {
  for (const char* announcement :
       {"", "session:", "session:1x", "session: 1", "user:99999999999999999999", "users:1"}) {
    remember(1, 10);
    ASSERT_TRUE(knows(1));
    cache_.on_announcement(announcement);
    EXPECT_FALSE(knows(1)) << announcement;
  }
}

TEST_F(SessionCacheTest, NoBytes_SwitchesTheCacheOff) {
  SessionCache cache{0};
  cache.on_feed_ready();
  remember(cache, 1, 10);
  EXPECT_FALSE(knows(cache, 1));
  EXPECT_EQ(cache.is_active(SessionId{1}, UserId{10}, start), std::nullopt);
  EXPECT_EQ(cache.statistics().bytes, 0u);
}

TEST_F(SessionCacheTest, MoreThanTheBudget_DropsTheLeastRecentlyUsed) {
  SessionCache cache{16 * 8192};
  cache.on_feed_ready();
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

TEST_F(SessionCacheTest, AnswerAboveTheBudget_IsNotRemembered) {
  SessionCache cache{16 * 4096};
  cache.on_feed_ready();
  const std::string huge(5000, 'x');
  cache.insert(
      cache.begin_fill(SessionId{1}),
      {.id = SessionId{1}, .user = UserId{10}, .secret = secret_of('s'), .valid_until = later, .answer = huge});
  std::string answer;
  EXPECT_FALSE(cache.answer(SessionId{1}, secret_of('s'), start, answer));
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

TEST_F(SessionCacheTest, TypicalSession_TakesLessThan300Bytes) {
  constexpr std::size_t count = 100'000;
  SessionCache cache{64u << 20};
  cache.on_feed_ready();
  const std::string answer(150, 'x');
  const auto before = ::mallinfo2();
  for (std::size_t id = 1; id <= count; ++id) {
    const SessionId session{static_cast<std::int64_t>(id)};
    cache.insert(cache.begin_fill(session), {.id = session,
                                             .user = UserId{static_cast<std::int64_t>(id / 2)},
                                             .secret = secret_of('s'),
                                             .valid_until = later,
                                             .answer = answer});
  }
  const auto after = ::mallinfo2();
  const auto statistics = cache.statistics();
  ASSERT_EQ(statistics.sessions, count);
  const auto measured = (after.uordblks + after.hblkhd) - (before.uordblks + before.hblkhd);
  RecordProperty("bytes_per_session", static_cast<int>(measured / count));
  EXPECT_LE(statistics.bytes / count, 300u);
  if (measured == 0) GTEST_SKIP() << "a sanitizer's malloc does not tell what it holds";
  EXPECT_LE(measured / count, 300u);
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
      std::string answer;
      if (cache_.answer(SessionId{id}, secret_of('s'), start, answer)) wrong = true;
    }
  });
  reader.join();
  revoker.join();
  EXPECT_FALSE(wrong);
  for (std::int64_t id = 1; id < rounds; ++id) ASSERT_FALSE(knows(id)) << id;
}

}  // namespace
}  // namespace gatehouse::sessions
