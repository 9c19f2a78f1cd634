#include "base/nearest_word.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace gatehouse {
namespace {

constexpr std::array<std::string_view, 4> known{"serve", "sessions", "settings", "migrate"};

TEST(NearestWord, MisspeltWord_IsFound) {
  EXPECT_EQ(nearest_word("sesions", known), "sessions");
  EXPECT_EQ(nearest_word("migarte", known), "migrate");
  EXPECT_EQ(nearest_word("serv", known), "serve");
}

TEST(NearestWord, WordThatIsFarFromAll_IsNone) {
  EXPECT_EQ(nearest_word("nonsense", known), "");
  EXPECT_EQ(nearest_word("", known), "");
  EXPECT_EQ(nearest_word(std::string(1000, 's'), known), "");
}

}  // namespace
}  // namespace gatehouse
