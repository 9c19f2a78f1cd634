#include "crypto/aead.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/vectors.hpp"

namespace gatehouse::crypto {

using namespace gatehouse::testing;
namespace {

/// Gives the nonce a vector asks for.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::byte> out) noexcept override {
    std::ranges::copy(std::as_bytes(std::span{bytes_}.first(out.size())), out.begin());
  }

 private:
  std::string bytes_;
};

Aead::Key key_from(std::string_view bytes) {
  Aead::Key key{};
  std::ranges::copy(std::as_bytes(std::span{bytes}), key.begin());
  return key;
}

std::string seal(const Aead& aead, std::string_view plaintext, std::string_view associated, Random& random) {
  std::string sealed(plaintext.size() + Aead::overhead_bytes, '\0');
  aead.seal(plaintext, associated, random, sealed.data());
  return sealed;
}

std::optional<std::string> open(const Aead& aead, std::string_view sealed, std::string_view associated) {
  std::string plaintext(std::max(sealed.size(), Aead::overhead_bytes) - Aead::overhead_bytes, '\0');
  if (!aead.open(sealed, associated, plaintext.data())) return std::nullopt;
  return plaintext;
}

class AeadTest : public ::testing::Test {
 protected:
  SystemRandom random_;
  Aead aead_{key_from("0123456789abcdef0123456789abcdef")};
};

TEST_F(AeadTest, SealedText_Opens) {
  EXPECT_EQ(open(aead_, seal(aead_, "hello", "context", random_), "context"), "hello");
  EXPECT_EQ(open(aead_, seal(aead_, "", "", random_), ""), "");
}

TEST_F(AeadTest, SameTextTwice_SealsDifferently) {
  EXPECT_NE(seal(aead_, "hello", "", random_), seal(aead_, "hello", "", random_));
}

TEST_F(AeadTest, EveryBitFlip_IsRefused) {
  const std::string sealed = seal(aead_, "session 12345", "v1", random_);
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    std::string altered = sealed;
    altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(open(aead_, altered, "v1")) << "bit " << bit;
  }
}

TEST_F(AeadTest, EveryTruncationAndAnExtension_AreRefused) {
  const std::string sealed = seal(aead_, "session 12345", "v1", random_);
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_FALSE(open(aead_, std::string_view{sealed}.substr(0, length), "v1")) << length;
  }
  EXPECT_FALSE(open(aead_, sealed + '\0', "v1"));
}

TEST_F(AeadTest, AnotherContextOrKey_IsRefused) {
  const std::string sealed = seal(aead_, "hello", "v1", random_);
  const Aead other{key_from("0123456789abcdef0123456789abcdeF")};
  EXPECT_FALSE(open(aead_, sealed, "v2"));
  EXPECT_FALSE(open(other, sealed, "v1"));
}

TEST_F(AeadTest, TwoSealedTextsSpliced_AreRefused) {
  const std::string one = seal(aead_, "session 1", "", random_);
  const std::string two = seal(aead_, "session 2", "", random_);
  EXPECT_FALSE(open(aead_, one.substr(0, Aead::nonce_bytes) + two.substr(Aead::nonce_bytes), ""));
}

void check_vector(const boost::json::value& test) {
  const Aead aead{key_from(bytes_of(test, "key"))};
  const std::string nonce = bytes_of(test, "iv");
  const std::string associated = bytes_of(test, "aad");
  const std::string expected = nonce + bytes_of(test, "ct") + bytes_of(test, "tag");
  if (!is_valid(test)) {
    EXPECT_FALSE(open(aead, expected, associated)) << describe(test);
    return;
  }
  FixedRandom random{nonce};
  EXPECT_EQ(to_hex(seal(aead, bytes_of(test, "msg"), associated, random)), to_hex(expected)) << describe(test);
  EXPECT_EQ(open(aead, expected, associated), bytes_of(test, "msg")) << describe(test);
}

// Groups whose nonces are not 24 bytes long cannot be given to this interface: the length is fixed.
TEST(AeadVectors, Wycheproof_MatchAndForgedAreRefused) {
  const auto vectors = load_vectors("wycheproof/xchacha20_poly1305_test.json");
  std::size_t checked = 0;
  for (const auto& group : vectors.at("testGroups").as_array()) {
    if (group.at("ivSize").to_number<std::size_t>() != Aead::nonce_bytes * 8) continue;
    for (const auto& test : group.at("tests").as_array()) {
      check_vector(test);
      ++checked;
    }
  }
  EXPECT_GT(checked, 200U);
}

}  // namespace
}  // namespace gatehouse::crypto
