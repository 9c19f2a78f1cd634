#include "jose/hmac_key.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/vectors.hpp"

namespace gatehouse::jose {

using namespace gatehouse::testing;
namespace {

std::string mac_of(const HmacKey& key, std::string_view message) {
  std::string mac;
  key.append_signature(mac, message);
  return mac;
}

// RFC 4231 sections 4.2, 4.3 and 4.7 (a key longer than a block).
TEST(HmacKey, Rfc4231Vectors_Match) {
  EXPECT_EQ(to_hex(mac_of(HmacKey{std::string(20, '\x0b')}, "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(mac_of(HmacKey{"Jefe"}, "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(mac_of(HmacKey{std::string(131, '\xaa')}, "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

void check_vector(const boost::json::value& test, std::size_t tag_bytes) {
  const HmacKey key{bytes_of(test, "key")};
  const std::string message = bytes_of(test, "msg");
  const std::string tag = bytes_of(test, "tag");
  EXPECT_EQ(mac_of(key, message).substr(0, tag_bytes) == tag, is_valid(test)) << describe(test);
  // JWS has no truncated tags, so these are refused even if they are right.
  EXPECT_EQ(key.verifies(message, tag), is_valid(test) && tag_bytes == crypto::sha256_bytes) << describe(test);
}

TEST(HmacKey, WycheproofVectors_MatchAndForgedAreRefused) {
  const auto vectors = load_vectors("wycheproof/hmac_sha256_test.json");
  for (const auto& group : vectors.at("testGroups").as_array()) {
    const auto tag_bytes = group.at("tagSize").to_number<std::size_t>() / 8;
    for (const auto& test : group.at("tests").as_array()) check_vector(test, tag_bytes);
  }
}

TEST(HmacKey, EmptySecret_IsRefused) { EXPECT_THROW(HmacKey{""}, std::invalid_argument); }

TEST(HmacKey, WrongLengthOfSignature_IsRefused) {
  const HmacKey key{"a secret"};
  const std::string mac = mac_of(key, "message");
  EXPECT_TRUE(key.verifies("message", mac));
  EXPECT_FALSE(key.verifies("message", ""));
  EXPECT_FALSE(key.verifies("message", mac.substr(0, 31)));
  EXPECT_FALSE(key.verifies("message", mac + '\0'));
}

TEST(HmacKey, Kid_IsStableDistinctAndDoesNotShowTheSecret) {
  const HmacKey key{"a secret"};
  EXPECT_EQ(key.kid(), HmacKey{"a secret"}.kid());
  EXPECT_NE(key.kid(), HmacKey{"a secret."}.kid());
  EXPECT_EQ(key.kid().size(), 11U);
  EXPECT_NE(key.kid(), fingerprint("a secret"));
  EXPECT_EQ((HmacKey{"a secret", "chosen"}.kid()), "chosen");
}

TEST(HmacKey, ManyThreads_ShareOneKey) {
  const HmacKey key{"a secret"};
  const std::string mac = mac_of(key, "message");
  std::atomic<int> wrong = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 2'000; ++k) {
        if (!key.verifies("message", mac) || key.verifies("massage", mac)) ++wrong;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::jose
