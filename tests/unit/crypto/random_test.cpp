#include "crypto/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace gatehouse::crypto {
namespace {

TEST(SystemRandom, ManyDraws_AreAllDifferent) {
  SystemRandom random;
  std::set<std::array<std::byte, 16>> seen;
  for (int i = 0; i < 10'000; ++i) {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
}

TEST(SystemRandom, LongDraw_FillsEveryPart) {
  SystemRandom random;
  std::array<std::byte, 4096> bytes{};
  random.fill(bytes);
  for (std::size_t start = 0; start < bytes.size(); start += 64) {
    const auto part = std::span{bytes}.subspan(start, 64);
    EXPECT_TRUE(std::ranges::any_of(part, [](std::byte b) { return b != std::byte{0}; })) << start;
  }
}

TEST(SystemRandom, NoBytes_IsAllowed) {
  SystemRandom random;
  EXPECT_NO_FATAL_FAILURE(random.fill({}));
}

}  // namespace
}  // namespace gatehouse::crypto
