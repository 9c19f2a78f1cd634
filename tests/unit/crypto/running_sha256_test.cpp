#include "crypto/running_sha256.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "crypto/sha256.hpp"

namespace gatehouse::crypto {
namespace {

TEST(RunningSha256, Pieces_GiveTheHashOfTheWhole) {
  const std::string text(1000, 'x');
  RunningSha256 hash;
  for (std::size_t i = 0; i < text.size(); i += 100) hash.add(std::as_bytes(std::span{text}).subspan(i, 100));
  EXPECT_EQ(hash.finish(), sha256(text));
}

TEST(RunningSha256, NoPieces_GiveTheHashOfNothing) { EXPECT_EQ(RunningSha256{}.finish(), sha256("")); }

}  // namespace
}  // namespace gatehouse::crypto
