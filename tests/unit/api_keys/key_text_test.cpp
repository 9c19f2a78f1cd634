#include "api_keys/key_text.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "crypto/sha256.hpp"

namespace gatehouse::api_keys {
namespace {

// Its checksum is zlib's crc32, in six digits of 0-9A-Za-z.
constexpr std::string_view known_key = "gtk_0123456789_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1YLZbR";

class KeyTextTest : public ::testing::Test {
 protected:
  std::string made() { return std::string{make_key_text("0123456789", random_).text.reveal()}; }

  crypto::SystemRandom random_;
};

TEST_F(KeyTextTest, MadeKey_HasItsIdAndTheHashOfItsText) {
  const NewKeyText key = make_key_text("abcdefgh42", random_);
  const std::string_view text = key.text.reveal();
  EXPECT_EQ(text.size(), key_length);
  EXPECT_EQ(text.size(), 64u);
  EXPECT_TRUE(text.starts_with("gtk_abcdefgh42_"));
  EXPECT_EQ(public_id_in(text), "abcdefgh42");
  EXPECT_EQ(key.hash, crypto::sha256(text));
}

TEST_F(KeyTextTest, Secrets_AreAllDifferent) {
  std::set<std::string> keys;
  for (int i = 0; i < 100; ++i) keys.insert(made());
  EXPECT_EQ(keys.size(), 100u);
}

TEST_F(KeyTextTest, Checksum_IsOfAllThatStandsBeforeIt) { EXPECT_EQ(public_id_in(known_key), "0123456789"); }

TEST_F(KeyTextTest, EveryOtherCharacter_IsRefused) {
  const std::string text = made();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(public_id_in(changed)) << i;
  }
}

TEST_F(KeyTextTest, OtherLengthsAndForms_AreRefused) {
  const std::string text = made();
  const std::vector<std::string> wrong{"",
                                       "gtk_",
                                       text + "A",
                                       text.substr(0, text.size() - 1),
                                       " " + text,
                                       text + text,
                                       "gtr_" + text.substr(4),
                                       text + "," + text,
                                       text.substr(0, 14) + "-" + text.substr(15)};
  for (const std::string& one : wrong) EXPECT_FALSE(public_id_in(one)) << one.size();
}

// The checksums are right for these ids: only the letters are wrong.
TEST_F(KeyTextTest, IdOfOtherLetters_IsRefused) {
  for (const std::string_view id : {"012345678A", "01234_6789", "0123456 89"}) {
    EXPECT_FALSE(public_id_in(make_key_text(id, random_).text.reveal())) << id;
  }
}

TEST_F(KeyTextTest, PublicIds_UseEveryLetterAlike) {
  std::map<char, int> counts;
  for (int i = 0; i < 3600; ++i) {
    const std::string id = make_public_id(random_);
    ASSERT_TRUE(is_public_id(id)) << id;
    for (const char letter : id) ++counts[letter];
  }
  EXPECT_EQ(counts.size(), 36u);
  // 1,000 of each are expected; 250 is eight standard deviations.
  for (const auto& [letter, count] : counts) EXPECT_NEAR(count, 1000, 250) << letter;
}

}  // namespace
}  // namespace gatehouse::api_keys
