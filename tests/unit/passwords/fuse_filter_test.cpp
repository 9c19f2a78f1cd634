#include "passwords/fuse_filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

namespace gatehouse::passwords {
namespace {

std::vector<std::uint64_t> random_keys(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  std::set<std::uint64_t> keys;
  while (keys.size() < count) keys.insert(random());
  return {keys.begin(), keys.end()};
}

bool contains(const FuseBuilder& builder, const FuseShape& shape, std::uint64_t key) {
  const FuseProbe probe = probe_of(key, shape);
  Fingerprint combined = 0;
  for (const std::uint32_t place : probe.places) combined ^= builder.fingerprints()[place];
  return combined == probe.fingerprint;
}

TEST(FuseFilter, AnyNumberOfKeys_AreAllFound) {
  FuseBuilder builder;
  for (const std::size_t count : {1UL, 2UL, 3UL, 4UL, 5UL, 10UL, 63UL, 100UL, 1'000UL, 10'000UL, 100'000UL}) {
    const auto keys = random_keys(count, count);
    const auto shape = builder.build(keys);
    ASSERT_TRUE(shape) << count;
    ASSERT_EQ(builder.fingerprints().size(), shape->size());
    for (const std::uint64_t key : keys) EXPECT_TRUE(contains(builder, *shape, key)) << count;
  }
}

TEST(FuseFilter, NoKeys_MakeNoFingerprints) {
  FuseBuilder builder;
  const auto shape = builder.build({});
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->size(), 0u);
  EXPECT_TRUE(builder.fingerprints().empty());
}

TEST(FuseFilter, KeysThatFollowEachOther_AreAllFound) {
  FuseBuilder builder;
  std::vector<std::uint64_t> keys;
  for (std::uint64_t key = 0; key < 50'000; ++key) keys.push_back(key);
  const auto shape = builder.build(keys);
  ASSERT_TRUE(shape);
  for (const std::uint64_t key : keys) EXPECT_TRUE(contains(builder, *shape, key));
}

TEST(FuseFilter, DoubledKeys_AreRefusedInsteadOfTurningForEver) {
  FuseBuilder builder;
  EXPECT_FALSE(builder.build(std::vector<std::uint64_t>(1'000, 7)));
  EXPECT_FALSE(builder.build(std::vector<std::uint64_t>{1, 1}));
}

TEST(FuseFilter, TheSameKeys_GiveTheSameFilter) {
  const auto keys = random_keys(1'000, 1);
  FuseBuilder first;
  FuseBuilder second;
  ASSERT_TRUE(second.build(random_keys(5'000, 2)));
  EXPECT_EQ(first.build(keys)->seed, second.build(keys)->seed);
  EXPECT_TRUE(std::ranges::equal(first.fingerprints(), second.fingerprints()));
}

TEST(FuseFilter, AMillionKeys_TakeEighteenBitsEach) {
  FuseBuilder builder;
  std::vector<std::uint64_t> keys;
  for (std::uint64_t key = 0; key < 1'000'000; ++key) keys.push_back(key);
  const auto shape = builder.build(keys);
  ASSERT_TRUE(shape);
  EXPECT_LE(static_cast<double>(shape->size() * sizeof(Fingerprint)) * 8 / 1e6, 18.2);
}

/// Within three standard deviations of the binomial distribution.
TEST(FuseFilter, TenMillionOtherKeys_SeemToBeInItAsOftenAsTheySay) {
  FuseBuilder builder;
  const auto shape = builder.build(random_keys(100'000, 4));
  ASSERT_TRUE(shape);
  constexpr int probes = 10'000'000;
  std::mt19937_64 random{5};
  int found = 0;
  for (int i = 0; i < probes; ++i) found += contains(builder, *shape, random()) ? 1 : 0;
  const double expected = probes / 65'536.0;
  EXPECT_NEAR(found, expected, 3 * std::sqrt(expected));
}

}  // namespace
}  // namespace gatehouse::passwords
