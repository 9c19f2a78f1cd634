#include "crypto/sha1.hpp"

#include <gtest/gtest.h>

#include <string>

#include "support/vectors.hpp"

namespace gatehouse::crypto {
namespace {

std::string hex(std::string_view text) {
  const Sha1 digest = sha1(text);
  return testing::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// FIPS 180-4's examples.
TEST(Sha1, PublishedExamples_Agree) {
  EXPECT_EQ(hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
}

}  // namespace
}  // namespace gatehouse::crypto
