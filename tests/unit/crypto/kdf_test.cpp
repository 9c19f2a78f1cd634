#include "crypto/kdf.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "support/vectors.hpp"

namespace gatehouse::crypto {

using namespace gatehouse::testing;
namespace {

std::string hkdf(const HkdfInput& input, std::size_t bytes) {
  std::vector<std::byte> out(bytes);
  hkdf_sha256(input, out);
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}

std::string counting(unsigned first, unsigned last) {
  std::string bytes;
  for (unsigned value = first; value <= last; ++value) bytes += static_cast<char>(value);
  return bytes;
}

// RFC 5869 appendix A.1 to A.3.
TEST(Hkdf, Rfc5869Vectors_Match) {
  const std::string secret(22, '\x0b');
  EXPECT_EQ(to_hex(hkdf({.secret = secret, .salt = counting(0x00, 0x0c), .info = counting(0xf0, 0xf9)}, 42)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(
      to_hex(hkdf({.secret = counting(0x00, 0x4f), .salt = counting(0x60, 0xaf), .info = counting(0xb0, 0xff)}, 82)),
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f"
      "09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
  EXPECT_EQ(to_hex(hkdf({.secret = secret, .salt = {}, .info = {}}, 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Hkdf, WycheproofVectors_MatchAndOversizedAreRefused) {
  const auto vectors = load_vectors("wycheproof/hkdf_sha256_test.json");
  for (const auto& group : vectors.at("testGroups").as_array()) {
    for (const auto& test : group.at("tests").as_array()) {
      const std::string secret = bytes_of(test, "ikm");
      const std::string salt = bytes_of(test, "salt");
      const std::string info = bytes_of(test, "info");
      const HkdfInput input{.secret = secret, .salt = salt, .info = info};
      const auto size = test.at("size").to_number<std::size_t>();
      if (is_valid(test)) {
        EXPECT_EQ(to_hex(hkdf(input, size)), text_of(test, "okm")) << describe(test);
      } else {
        EXPECT_THROW(hkdf(input, size), std::invalid_argument) << describe(test);
      }
    }
  }
}

TEST(Hkdf, NoBytesAsked_IsRefused) {
  EXPECT_THROW(hkdf({.secret = "secret", .salt = {}, .info = {}}, 0), std::invalid_argument);
}

TEST(DeriveKey, TwoPurposes_GiveTwoKeys) {
  std::array<std::byte, 32> sessions{};
  std::array<std::byte, 32> tokens{};
  std::array<std::byte, 32> again{};
  derive_key("a secret", "sessions", sessions);
  derive_key("a secret", "tokens", tokens);
  derive_key("a secret", "sessions", again);
  EXPECT_NE(sessions, tokens);
  EXPECT_EQ(sessions, again);
}

TEST(DeriveKey, IsHkdfWithoutSalt) {
  std::array<std::byte, 16> derived{};
  derive_key("a secret", "a purpose", derived);
  EXPECT_EQ(hkdf({.secret = "a secret", .salt = {}, .info = "a purpose"}, 16),
            (std::string{reinterpret_cast<const char*>(derived.data()), derived.size()}));
}

}  // namespace
}  // namespace gatehouse::crypto
