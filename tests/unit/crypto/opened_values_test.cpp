#include "crypto/opened_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::crypto {
namespace {

struct Opened {
  int value;
};

class OpenedValuesTest : public ::testing::Test {
 protected:
  static std::string text_of(int number) { return "a sealed value with the number " + std::to_string(number); }

  SystemRandom random_;
  OpenedValues<Opened, 64> opened_{random_};
};

TEST_F(OpenedValuesTest, RememberedText_FindsItsValue) {
  opened_.remember(text_of(1), {.value = 1});
  ASSERT_NE(opened_.find(text_of(1)), nullptr);
  EXPECT_EQ(opened_.find(text_of(1))->value, 1);
}

TEST_F(OpenedValuesTest, AnyOtherText_FindsNothing) {
  const std::string known = text_of(1);
  opened_.remember(known, {.value = 1});
  for (std::size_t i = 0; i < known.size(); ++i) {
    std::string altered = known;
    altered[i] ^= 1;
    EXPECT_EQ(opened_.find(altered), nullptr) << i;
    EXPECT_EQ(opened_.find(known.substr(0, i)), nullptr) << i;
    EXPECT_EQ(opened_.find(known.substr(i + 1)), nullptr) << i;
  }
  EXPECT_EQ(opened_.find(known + "x"), nullptr);
}

TEST_F(OpenedValuesTest, EmptyText_IsNeverFound) {
  EXPECT_EQ(opened_.find(""), nullptr);
  opened_.remember("", {.value = 1});
  EXPECT_EQ(opened_.find(""), nullptr);
}

TEST_F(OpenedValuesTest, TextAboveTheBound_IsNotKept) {
  const std::string longest(64, 'a');
  opened_.remember(longest, {.value = 1});
  opened_.remember(longest + "a", {.value = 2});
  EXPECT_NE(opened_.find(longest), nullptr);
  EXPECT_EQ(opened_.find(longest + "a"), nullptr);
}

TEST_F(OpenedValuesTest, ManyTexts_TakeEachOthersPlacesAndNeverEachOthersValues) {
  constexpr int count = 10'000;
  for (int i = 0; i < count; ++i) opened_.remember(text_of(i), {.value = i});
  std::size_t kept = 0;
  for (int i = 0; i < count; ++i) {
    const Opened* found = opened_.find(text_of(i));
    if (found == nullptr) continue;
    EXPECT_EQ(found->value, i);
    ++kept;
  }
  EXPECT_GT(kept, opened_.places / 2);
  EXPECT_LE(kept, opened_.places);
}

TEST_F(OpenedValuesTest, ForgottenTexts_AreNotFound) {
  for (int i = 0; i < 100; ++i) opened_.remember(text_of(i), {.value = i});
  opened_.forget();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(opened_.find(text_of(i)), nullptr);
  opened_.remember(text_of(1), {.value = 2});
  ASSERT_NE(opened_.find(text_of(1)), nullptr);
}

TEST(KeyedHash, OtherKeys_GiveOtherHashes) {
  SystemRandom random;
  EXPECT_NE(KeyedHash(random)("text"), KeyedHash(random)("text"));
}

}  // namespace
}  // namespace gatehouse::crypto
