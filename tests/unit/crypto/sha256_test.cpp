#include "crypto/sha256.hpp"

#include <gtest/gtest.h>

#include "support/vectors.hpp"

namespace gatehouse::crypto {

using namespace gatehouse::testing;
namespace {

// The examples of FIPS 180-4 that NIST publishes.
TEST(Sha256, NistExamples_Match) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DigestInPlace_IsTheSame) {
  for (const std::size_t length : {0UL, 3UL, 55UL, 56UL, 64UL, 1000UL}) {
    const std::string text(length, 'a');
    const Sha256Digest digest = sha256_in_place(text);
    EXPECT_EQ(std::string(digest.data(), digest.size()), sha256(text)) << length;
  }
}

}  // namespace
}  // namespace gatehouse::crypto
