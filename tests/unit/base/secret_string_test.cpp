#include "base/secret_string.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace gatehouse {
namespace {

TEST(SecretString, MovedFrom_IsEmpty) {
  SecretString first{"correct horse battery staple"};
  const SecretString second{std::move(first)};
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what the move leaves is what is tested
  EXPECT_EQ(second.reveal(), "correct horse battery staple");
}

/// A text this short is stored in the object itself.
TEST(SecretString, ShortAndMovedAway_LeavesNoBytesBehind) {
  const auto object_bytes = [](const SecretString& secret) {
    return std::string_view{reinterpret_cast<const char*>(&secret), sizeof secret};
  };
  SecretString constructed_from{"hunter2hunter2"};
  ASSERT_NE(object_bytes(constructed_from).find("hunter2"), std::string_view::npos);
  SecretString target{std::move(constructed_from)};
  EXPECT_EQ(object_bytes(constructed_from).find("unter2"), std::string_view::npos);  // NOLINT(bugprone-use-after-move)
  SecretString assigned;
  assigned = std::move(target);
  EXPECT_EQ(object_bytes(target).find("unter2"), std::string_view::npos);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(assigned.reveal(), "hunter2hunter2");
}

TEST(SecretString, Equals_OnlyTheSameBytes) {
  const SecretString secret{"0123456789"};
  EXPECT_TRUE(secret.equals("0123456789"));
  EXPECT_FALSE(secret.equals("0123456788"));
  EXPECT_FALSE(secret.equals("012345678"));
  EXPECT_FALSE(secret.equals(""));
}

TEST(EqualInConstantTime, OneDifferentByteAnywhere_IsSeen) {
  for (std::size_t length = 1; length <= 20; ++length) {
    const std::string text(length, 'x');
    EXPECT_TRUE(equal_in_constant_time(text, std::string(length, 'x')));
    EXPECT_FALSE(equal_in_constant_time(text, std::string(length + 1, 'x')));
    for (std::size_t place = 0; place < length; ++place) {
      std::string other = text;
      other[place] = static_cast<char>(other[place] ^ '\x80');
      EXPECT_FALSE(equal_in_constant_time(text, other)) << length << " bytes, at " << place;
    }
  }
}

/// The time of the shortest of several comparisons, which nothing interrupted.
std::chrono::nanoseconds time_to_compare(const std::string& a, const std::string& b) {
  auto shortest = std::chrono::nanoseconds::max();
  for (int i = 0; i < 20; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_FALSE(equal_in_constant_time(a, b));
    shortest = std::min<std::chrono::nanoseconds>(shortest, std::chrono::steady_clock::now() - begin);
  }
  return shortest;
}

/// A comparison that stopped at the first difference would be thousands of times faster.
TEST(EqualInConstantTime, PlaceOfTheDifference_CannotBeToldByTheTime) {
  const std::string text(1 << 20, 'x');
  std::string differs_first = text;
  differs_first.front() = 'y';
  std::string differs_last = text;
  differs_last.back() = 'y';
  EXPECT_GT(10 * time_to_compare(text, differs_first), time_to_compare(text, differs_last));
}

TEST(EqualInConstantTime, EmptyTexts_AreEqual) { EXPECT_TRUE(equal_in_constant_time("", "")); }

}  // namespace
}  // namespace gatehouse
