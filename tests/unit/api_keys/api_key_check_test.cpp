#include "api_keys/api_key_check.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "api_keys/topics.hpp"
#include "known_keys.hpp"
#include "runtime/steady_timer.hpp"
#include "support/manual_boot_clock.hpp"
#include "support/manual_clock.hpp"
#include "support/run_task.hpp"
#include "support/scripted_database.hpp"

namespace gatehouse::api_keys {
namespace {

using database::Unavailable;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::KeyAndSecret;
using testing::make_key;

/// The result of a check.
enum class Said { good, refused, ask };

class ApiKeyCheckTest : public ::testing::Test {
 protected:
  ApiKeyCheckTest() {
    database_.observers.add(cache_);
    cache_.on_feed_proved(BootTime::max());
  }

  database::Rows answer() {
    if (is_away_) throw Unavailable{Unavailable::Reason::connection, "the database is down"};
    const auto rows = testing::rows_of(table_);
    if (after_reading_) after_reading_();
    return rows;
  }
  Said say_now(std::string_view text) {
    const auto checked = check_.check_now(text);
    if (!checked) return Said::ask;
    return *checked ? Said::good : Said::refused;
  }
  /// As if many others had presented invalid keys.
  void use_up_doubts() {
    while (cache_.may_doubt()) {
    }
  }
  bool is_good(std::string_view text) { return gatehouse::testing::run_task(io_, check_.check(text)) != nullptr; }
  /// A reading that takes a while.
  Task<std::shared_ptr<const KeyReading::Found>> read_nothing() {
    auto found = std::make_shared<KeyReading::Found>(
        KeyReading::Found{.number = reading_.begin(), .ticket = cache_.begin_fill()});
    runtime::SteadyTimer turn{io_.get_executor(), std::chrono::milliseconds{1}};
    co_await turn.async_wait(use_task);
    co_return found;
  }
  void change(ApiKeyId id) { cache_.on_announcement(key_topic.of(id)); }
  [[nodiscard]] std::size_t queries() const { return database_.statements.size(); }

  const KeyAndSecret shop_ = make_key(1, "shop000000");
  const KeyAndSecret desk_ = make_key(2, "desk000000");
  const KeyAndSecret stranger_ = make_key(3, "stranger00");
  std::vector<StoredKey> table_{shop_.stored, desk_.stored};
  std::function<void()> after_reading_;
  bool is_away_ = false;
  gatehouse::testing::ManualClock clock_;
  gatehouse::testing::ManualBootClock boot_clock_;
  ApiKeyCache cache_{boot_clock_};
  boost::asio::io_context io_{1};
  gatehouse::testing::ScriptedDatabase database_{
      [this](std::string_view, const database::Parameters&) { return answer(); }};
  KeyReading reading_{seconds{60}};
  ApiKeyCheck check_{database_, cache_, reading_, clock_};
};

TEST_F(ApiKeyCheckTest, FirstCheck_ReadsTheTableForAll) {
  EXPECT_EQ(say_now(shop_.text), Said::ask);
  EXPECT_TRUE(is_good(shop_.text));
  EXPECT_EQ(say_now(shop_.text), Said::good);
  EXPECT_EQ(say_now(desk_.text), Said::good);
  EXPECT_EQ(queries(), 1u);
}

TEST_F(ApiKeyCheckTest, UnknownKeys_CostABoundedNumberOfQueries) {
  EXPECT_TRUE(is_good(shop_.text));
  std::uint32_t asked = 0;
  for (int i = 0; i < 100; ++i) asked += say_now(stranger_.text) == Said::ask ? 1U : 0U;
  EXPECT_EQ(asked, ApiKeyCache::doubts_max);
  EXPECT_EQ(say_now(stranger_.text), Said::refused);
  EXPECT_EQ(say_now(shop_.text), Said::good) << "good keys need no doubt";
  boot_clock_.advance(seconds{1});
  EXPECT_EQ(say_now(stranger_.text), Said::ask);
}

// A key that was just made or rotated on another replica is used here before the announcement has arrived.
TEST_F(ApiKeyCheckTest, KeyThatTheTableDoesNotTake_IsLookedForAgain) {
  EXPECT_TRUE(is_good(shop_.text));
  table_.push_back(stranger_.stored);
  EXPECT_EQ(say_now(stranger_.text), Said::ask);
  EXPECT_TRUE(is_good(stranger_.text));
  const KeyAndSecret next = make_key(1, "shop000000");
  table_[0].hash = next.stored.hash;
  EXPECT_EQ(say_now(next.text), Said::ask);
  EXPECT_TRUE(is_good(next.text));
  EXPECT_EQ(say_now(next.text), Said::good);
  EXPECT_EQ(queries(), 3u);
}

TEST_F(ApiKeyCheckTest, TextThatIsNoKey_IsRefusedBeforeAnythingIsLookedUp) {
  std::string mistyped = shop_.text;
  mistyped.back() = mistyped.back() == 'A' ? 'B' : 'A';
  for (const std::string& text : {std::string{}, std::string{"gtk_"}, mistyped, shop_.text + "A"}) {
    EXPECT_EQ(say_now(text), Said::refused) << text.size();
    EXPECT_FALSE(is_good(text));
  }
  EXPECT_EQ(queries(), 0u);
}

TEST_F(ApiKeyCheckTest, OtherSecretOfAKnownKey_IsRefused) {
  use_up_doubts();
  EXPECT_TRUE(is_good(shop_.text));
  const KeyAndSecret forged = make_key(1, "shop000000");
  EXPECT_EQ(say_now(forged.text), Said::refused);
  EXPECT_FALSE(is_good(forged.text));
}

TEST_F(ApiKeyCheckTest, CheckedKey_TellsWhatItMayDo) {
  EXPECT_TRUE(is_good(shop_.text));
  const Checked key = check_.check_now(shop_.text).value();
  EXPECT_EQ(*key, shop_.stored.key);
}

TEST_F(ApiKeyCheckTest, ExpiredKey_IsRefusedFromThatMomentOn) {
  use_up_doubts();
  table_[0].key.expires_at = clock_.now() + seconds{10};
  EXPECT_TRUE(is_good(shop_.text));
  clock_.advance(seconds{10} - std::chrono::microseconds{1});
  EXPECT_EQ(say_now(shop_.text), Said::good);
  clock_.advance(std::chrono::microseconds{1});
  EXPECT_EQ(say_now(shop_.text), Said::refused);
  EXPECT_FALSE(is_good(shop_.text));
}

TEST_F(ApiKeyCheckTest, RotatedKey_TakesBothSecretsWithinTheGrace) {
  use_up_doubts();
  const KeyAndSecret next = make_key(1, "shop000000");
  table_[0].previous_hash = std::exchange(table_[0].hash, next.stored.hash);
  table_[0].key.previous_until = clock_.now() + minutes{5};
  EXPECT_TRUE(is_good(next.text));
  EXPECT_EQ(say_now(shop_.text), Said::good);
  clock_.advance(minutes{5});
  EXPECT_EQ(say_now(shop_.text), Said::refused);
  EXPECT_EQ(say_now(next.text), Said::good);
}

TEST_F(ApiKeyCheckTest, ChangedKey_IsUnknownUntilTheTableIsReadAgain) {
  use_up_doubts();
  EXPECT_TRUE(is_good(shop_.text));
  change(ApiKeyId{1});
  EXPECT_EQ(say_now(shop_.text), Said::ask);
  EXPECT_EQ(say_now(desk_.text), Said::good) << "nobody has changed it";
  EXPECT_EQ(say_now(stranger_.text), Said::ask) << "it may have come";
  table_.erase(table_.begin());
  EXPECT_FALSE(is_good(shop_.text));
  EXPECT_EQ(say_now(shop_.text), Said::refused);
  EXPECT_EQ(say_now(desk_.text), Said::good);
}

TEST_F(ApiKeyCheckTest, NewKey_IsFoundAtOnce) {
  EXPECT_TRUE(is_good(shop_.text));
  change(new_key);
  table_.push_back(stranger_.stored);
  EXPECT_EQ(say_now(shop_.text), Said::good);
  EXPECT_EQ(say_now(stranger_.text), Said::ask);
  EXPECT_TRUE(is_good(stranger_.text));
  EXPECT_EQ(say_now(stranger_.text), Said::good);
}

TEST_F(ApiKeyCheckTest, AnnouncementOfSomethingElse_ChangesNothing) {
  EXPECT_TRUE(is_good(shop_.text));
  cache_.on_announcement({.topic = "session", .id = 1});
  EXPECT_EQ(say_now(shop_.text), Said::good);
}

TEST_F(ApiKeyCheckTest, UnknownChange_MakesEveryKeyUnknown) {
  EXPECT_TRUE(is_good(shop_.text));
  cache_.on_unknown_change();
  EXPECT_EQ(say_now(shop_.text), Said::ask);
  EXPECT_EQ(say_now(stranger_.text), Said::ask);
}

TEST_F(ApiKeyCheckTest, SilentFeed_MakesEachCheckAskTheDatabase) {
  EXPECT_TRUE(is_good(shop_.text));
  cache_.on_feed_lost();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(say_now(shop_.text), Said::ask);
    EXPECT_TRUE(is_good(shop_.text));
  }
  EXPECT_EQ(queries(), 4u);
  table_.clear();
  EXPECT_FALSE(is_good(shop_.text));
  cache_.on_feed_proved(BootTime::max());
  EXPECT_EQ(say_now(shop_.text), Said::ask) << "a change may have been missed";
}

TEST_F(ApiKeyCheckTest, EndOfTheProof_IsTheFirstMomentNotAnswered) {
  cache_.on_feed_proved(boot_clock_.now() + seconds{2});
  EXPECT_TRUE(is_good(shop_.text));
  boot_clock_.advance(seconds{2} - std::chrono::nanoseconds{1});
  EXPECT_EQ(say_now(shop_.text), Said::good);
  boot_clock_.advance(std::chrono::nanoseconds{1});
  EXPECT_EQ(say_now(shop_.text), Said::ask);
  cache_.on_feed_proved(boot_clock_.now() + seconds{2});
  EXPECT_EQ(say_now(shop_.text), Said::good);
}

TEST_F(ApiKeyCheckTest, DatabaseThatIsAway_IsNoRefusal) {
  is_away_ = true;
  EXPECT_THROW((void)is_good(shop_.text), Unavailable);
  EXPECT_THROW((void)is_good(stranger_.text), Unavailable);
  is_away_ = false;
  EXPECT_TRUE(is_good(shop_.text));
}

TEST_F(ApiKeyCheckTest, KnownKeys_GoOnWhileTheDatabaseIsAway) {
  use_up_doubts();
  EXPECT_TRUE(is_good(shop_.text));
  is_away_ = true;
  EXPECT_EQ(say_now(shop_.text), Said::good);
  EXPECT_EQ(say_now(stranger_.text), Said::refused);
}

// What was read before a revocation must not enter the cache after it, nor let anybody in.
TEST_F(ApiKeyCheckTest, ReadingThatAChangeOvertakes_IsMadeAgain) {
  use_up_doubts();
  after_reading_ = [this] {
    after_reading_ = nullptr;
    table_.erase(table_.begin());
    change(ApiKeyId{1});
  };
  EXPECT_FALSE(is_good(shop_.text));
  EXPECT_EQ(queries(), 2u);
  EXPECT_EQ(say_now(shop_.text), Said::refused);
}

// A reading that was under way when a key was rotated elsewhere was once taken for an answer.
TEST_F(ApiKeyCheckTest, ReadingThatWasUnderWay_IsNoAnswer) {
  auto first = reading_.run().ask([this] { return read_nothing(); });
  boost::asio::co_spawn(io_, std::move(first), boost::asio::detached);
  io_.poll_one();
  EXPECT_TRUE(is_good(shop_.text)) << "although that one found no key";
  EXPECT_EQ(queries(), 1u);
}

TEST_F(ApiKeyCheckTest, Use_IsToldOnceInTenMinutes) {
  EXPECT_TRUE(is_good(shop_.text));
  const auto uses = cache_.uses_to_write();
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].id, ApiKeyId{1});
  EXPECT_EQ(uses[0].at, clock_.now());
  cache_.note_written(uses);
  clock_.advance(use_interval - std::chrono::microseconds{1});
  EXPECT_EQ(say_now(shop_.text), Said::good);
  EXPECT_TRUE(cache_.uses_to_write().empty());
  clock_.advance(seconds{5});
  EXPECT_EQ(say_now(shop_.text), Said::good);
  EXPECT_EQ(cache_.uses_to_write().size(), 1u);
}

TEST_F(ApiKeyCheckTest, Use_OutlivesANewReadingAndASilentFeed) {
  EXPECT_TRUE(is_good(shop_.text));
  change(new_key);
  EXPECT_FALSE(is_good(stranger_.text));
  EXPECT_EQ(cache_.uses_to_write().size(), 1u);
  cache_.on_feed_lost();
  EXPECT_TRUE(is_good(desk_.text));
  EXPECT_EQ(cache_.uses_to_write().size(), 2u);
}

TEST_F(ApiKeyCheckTest, RefusedKey_IsNotUsed) {
  table_[0].key.expires_at = clock_.now();
  EXPECT_FALSE(is_good(shop_.text));
  EXPECT_TRUE(cache_.uses_to_write().empty());
}

TEST_F(ApiKeyCheckTest, ManyThreads_NeverSeeARevokedKey) {
  constexpr int rounds = 2000;
  std::atomic<int> time{1};  // odd: the key is revoked
  std::atomic<bool> is_over{false};
  std::atomic<int> wrong{0};
  std::thread reader([&] {
    ApiKeyCheck check{database_, cache_, reading_, clock_};
    while (!is_over) {
      const int before = time;
      const auto checked = check.check_now(shop_.text);
      if (before % 2 == 1 && time == before && checked && *checked) ++wrong;
    }
  });
  for (int i = 0; i < rounds; ++i) {
    ++time;
    const auto ticket = cache_.begin_fill();
    cache_.insert(ticket, table_);
    change(ApiKeyId{1});
    ++time;
    cache_.insert(ticket, table_);
  }
  is_over = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::api_keys
