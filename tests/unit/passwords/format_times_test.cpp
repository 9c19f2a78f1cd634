#include "passwords/format_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace gatehouse::passwords {
namespace {

using namespace std::chrono_literals;
using Duration = FormatTimes::Duration;

const PhcFormat configured = Argon2idCost{};
const FormatsInUse five{
    .current = configured, .express = true, .retired = {BcryptCost{.log2_rounds = 12}, ScryptCost{}, Pbkdf2Cost{}}};

StoredHash hash_of(const PhcFormat& format) { return Phc{.format = format, .salt = {}, .digest = {}}; }

/// A format of the five, and how long its checks take.
struct Account {
  StoredHash hash;
  Duration usual;
};

const std::vector<Account> accounts{{hash_of(configured), 20ms},
                                    {hash_of(five.retired[0]), 250ms},
                                    {hash_of(five.retired[1]), 45ms},
                                    {hash_of(five.retired[2]), 70ms},
                                    {ExpressHash{}, 4ms}};

FormatsInUse only(const PhcFormat& format) { return {.current = format, .express = false, .retired = {}}; }

TEST(FormatTimes, Formats_AreUnmeasuredUntilTheyWereCheckedOftenEnough) {
  FormatTimes times;
  for (std::size_t round = 0; round < FormatTimes::samples_min; ++round) {
    const auto known = times.of(five);
    EXPECT_EQ(known.slowest, 0ms);
    EXPECT_EQ(known.unmeasured.retired, five.retired);
    EXPECT_TRUE(known.unmeasured.express);
    for (const Account& account : accounts) times.add(account.hash, account.usual);
  }
  const auto known = times.of(five);
  EXPECT_EQ(known.slowest, 250ms);
  EXPECT_EQ(known.unmeasured.retired, std::vector<PhcFormat>{});
  EXPECT_FALSE(known.unmeasured.express);
  EXPECT_EQ(times.of({.current = configured, .express = true, .retired = {}}).slowest, 20ms);
}

TEST(FormatTimes, NewFormat_IsTheOnlyOneToBeMeasured) {
  FormatTimes times;
  for (std::size_t round = 0; round < FormatTimes::samples_min; ++round) {
    for (const Account& account : accounts) times.add(account.hash, account.usual);
  }
  FormatsInUse six = five;
  six.retired.emplace_back(BcryptCost{.log2_rounds = 13});
  const auto known = times.of(six);
  EXPECT_EQ(known.slowest, 250ms);
  EXPECT_EQ(known.unmeasured.retired, std::vector<PhcFormat>{six.retired.back()});
  EXPECT_FALSE(known.unmeasured.express);
  EXPECT_TRUE(known.unmeasured.answers_wait);
}

TEST(FormatTimes, Slowest_IsTheP95OfTheLatestChecks) {
  FormatTimes times;
  for (int i = 1; i <= 20; ++i) times.add(hash_of(configured), std::chrono::milliseconds{i});
  EXPECT_EQ(times.of(only(configured)).slowest, 19ms);
  for (std::size_t i = 0; i < FormatTimes::samples_max; ++i) times.add(hash_of(configured), 5ms);
  EXPECT_EQ(times.of(only(configured)).slowest, 5ms) << "older ones are forgotten";
}

TEST(FormatTimes, MoreFormatsThanAreMeasured_AreNotKept) {
  FormatTimes times;
  for (std::uint32_t i = 1; i <= FormatTimes::formats_max + 5; ++i) {
    for (std::size_t n = 0; n < FormatTimes::samples_min; ++n) times.add(hash_of(Pbkdf2Cost{.iterations = i}), 1ms);
  }
  EXPECT_EQ(times.of(only(Pbkdf2Cost{.iterations = 1})).slowest, 1ms);
  EXPECT_EQ(times.of(only(Pbkdf2Cost{.iterations = FormatTimes::formats_max + 5})).slowest, 0ms);
}

TEST(FormatTimes, EqualCosts_AreOneFormat) {
  FormatTimes times;
  const OnionCost onion{.inner = RawCost{RawDigest::md5, SaltPlace::none}, .outer = Argon2idCost{}};
  for (std::size_t n = 0; n < FormatTimes::samples_min; ++n) times.add(hash_of(onion), 1ms);
  EXPECT_EQ(times.of(only(configured)).slowest, 1ms);
}

// What somebody who sends wrong passwords sees: the check of one format, and then the wait until the slowest would have
// been done. The machine's noise of a tenth is made up.
TEST(FormatTimes, FailingChecksOfFiveFormats_TakeTheSameTimeWithinFivePercent) {
  FormatTimes times;
  std::mt19937 random{1};
  std::normal_distribution<double> noise{1.0, 0.1};
  const auto duration_of = [&](const Account& account) {
    return std::chrono::duration_cast<Duration>(account.usual * noise(random));
  };
  for (std::size_t round = 0; round < FormatTimes::samples_max; ++round) {
    for (const Account& account : accounts) times.add(account.hash, duration_of(account));
  }
  std::vector<double> medians;
  for (const Account& account : accounts) {
    std::vector<Duration> answers;
    for (int attempt = 0; attempt < 2000; ++attempt) {
      const Duration due = times.of(five).slowest;
      const Duration spent = duration_of(account);
      times.add(account.hash, spent);
      answers.push_back(std::max(due, spent));
    }
    std::ranges::sort(answers);
    medians.push_back(static_cast<double>(answers[answers.size() / 2].count()));
  }
  const auto [least, most] = std::ranges::minmax(medians);
  EXPECT_LT(most / least, 1.05);
}

}  // namespace
}  // namespace gatehouse::passwords
