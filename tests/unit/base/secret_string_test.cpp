#include "base/secret_string.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace gatehouse {
namespace {

TEST(SecretString, MovedFrom_IsEmpty) {
  SecretString first{"correct horse battery staple"};
  const SecretString second{std::move(first)};
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what the move leaves is what is tested
  EXPECT_EQ(second.reveal(), "correct horse battery staple");
}

TEST(SecretString, Equals_OnlyTheSameBytes) {
  const SecretString secret{"0123456789"};
  EXPECT_TRUE(secret.equals("0123456789"));
  EXPECT_FALSE(secret.equals("0123456788"));
  EXPECT_FALSE(secret.equals("012345678"));
  EXPECT_FALSE(secret.equals(""));
}

TEST(EqualInConstantTime, EmptyTexts_AreEqual) { EXPECT_TRUE(equal_in_constant_time("", "")); }

}  // namespace
}  // namespace gatehouse
