#include "crypto/checked_text.hpp"

#include <gtest/gtest.h>

#include <set>

namespace gatehouse::crypto {
namespace {

class CheckedTextTest : public ::testing::Test {
 protected:
  std::string made() { return std::string{make_checked_text("gtr_", random_).reveal()}; }

  SystemRandom random_;
};

TEST_F(CheckedTextTest, MadeText_HasPrefixLengthAndChecksum) {
  const std::string text = made();
  EXPECT_EQ(text.size(), 4 + checked_secret_length + checksum_length);
  EXPECT_TRUE(is_checked_text(text, "gtr_"));
}

TEST_F(CheckedTextTest, Texts_AreAllDifferent) {
  std::set<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.insert(made());
  EXPECT_EQ(texts.size(), 100u);
}

TEST_F(CheckedTextTest, EveryOtherCharacter_IsRefused) {
  const std::string text = made();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(is_checked_text(changed, "gtr_")) << i;
  }
}

TEST_F(CheckedTextTest, OtherPrefixesAndLengths_AreRefused) {
  const std::string text = made();
  EXPECT_FALSE(is_checked_text(text, "gtv_"));
  EXPECT_FALSE(is_checked_text(text + "A", "gtr_"));
  EXPECT_FALSE(is_checked_text(text.substr(0, text.size() - 1), "gtr_"));
  EXPECT_FALSE(is_checked_text("", "gtr_"));
  EXPECT_FALSE(is_checked_text("gtr_", "gtr_"));
}

// Computed with zlib's crc32, in six digits of 0-9A-Za-z.
TEST_F(CheckedTextTest, Checksum_IsCrc32InBase62) {
  EXPECT_TRUE(is_checked_text("gtr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1jrQf6", "gtr_"));
}

}  // namespace
}  // namespace gatehouse::crypto
