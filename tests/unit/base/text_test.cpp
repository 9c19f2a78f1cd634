#include "base/text.hpp"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Lower, AsciiLettersOnly_AreChanged) {
  EXPECT_EQ(to_lower("AZaz@[`{09"), "azaz@[`{09");
  EXPECT_EQ(to_lower("\xC3\x84Ä"), "\xC3\x84Ä");
}

TEST(Trim, BlanksAtBothEnds_AreCutOff) {
  EXPECT_EQ(trim(" \ta b\t "), "a b");
  EXPECT_EQ(trim("a"), "a");
  EXPECT_EQ(trim(" \t"), "");
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim("\n a\r\n"), "\n a\r\n");
  EXPECT_EQ(trim("\n a\r\n", " \r\n"), "a");
}

TEST(Hex, EveryByte_SurvivesTheRoundTrip) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
  EXPECT_EQ(to_hex(std::string_view{"\x00\xff\x1a", 3}), "00ff1a");
  EXPECT_EQ(from_hex("00FF1a"), (std::string{"\x00\xff\x1a", 3}));
}

TEST(Hex, WhatIsNoPairOfDigits_IsRefused) {
  for (const std::string_view wrong : {"0", "0g", "g0", "0x", " 0", "012", "\xFF\xFF"}) {
    EXPECT_EQ(from_hex(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(from_hex(""), "");
}

TEST(ControlCharacters, OfAsciiAndBeyond_AreFoundAndReplaced) {
  for (const char* text : {"a\nb", "\x7f", "a\u0080", "\u009b31m", "\u00c2\u009f"}) {
    EXPECT_TRUE(has_control_character(text)) << text;
  }
  for (const char* text : {"", "a b", "\u00a0", "\u00c2", "\u00c2\u00bf", "\u2028"}) {
    EXPECT_FALSE(has_control_character(text)) << text;
    EXPECT_EQ(without_control_characters(text), text);
  }
  EXPECT_EQ(without_control_characters("\u009b31m\u009d0;\u00e9\x1b[0m\n"), "?31m?0;\u00e9?[0m?");
}

TEST(IsUtf8, OverlongSurrogateTruncatedAndTooLarge_AreRefused) {
  EXPECT_TRUE(is_utf8("grün 🔑"));
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8(std::string_view{"a\0b", 3}));
  for (const char* bad :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(IsUtf8, BadByteAnywhere_IsFound) {
  for (std::size_t place = 0; place < 20; ++place) {
    std::string text(20, 'a');
    text[place] = '\xFF';
    EXPECT_FALSE(is_utf8(text)) << place;
  }
}

}  // namespace
}  // namespace gatehouse
