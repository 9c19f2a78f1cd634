#include "base/unicode.hpp"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Unicode, CodePoints_AreCountedAndCutBetween) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("a\u00FC\u20AC\U0001F511"), 4U);
  EXPECT_EQ(first_code_points("a\u00FC\u20AC\U0001F511", 4), "a\u00FC\u20AC\U0001F511");
  EXPECT_EQ(first_code_points("a\u00FC\u20AC\U0001F511", 3), "a\u00FC\u20AC");
  EXPECT_EQ(first_code_points("\u20AC\u20AC", 1), "\u20AC");
  EXPECT_EQ(first_code_points("\u20AC", 0), "");
  EXPECT_EQ(first_code_points("abc", 2), "ab");
}

TEST(Unicode, Nfc_ComposesAndLeavesTheRest) {
  EXPECT_EQ(to_nfc("plain"), "plain");
  EXPECT_EQ(to_nfc("e\u0301"), "\u00E9");
  EXPECT_EQ(to_nfc("\u00E9"), "\u00E9");
  EXPECT_EQ(to_nfc("\uFF21 \u00A0\u200B"), "\uFF21 \u00A0\u200B");
  EXPECT_EQ(to_nfc("\u1112\u1161\u11AB"), "\uD55C");
  EXPECT_EQ(to_nfc("\xFF"), "\xFF");
}

TEST(Unicode, NfkcCasefold_IsOneFormOfManyTexts) {
  EXPECT_EQ(to_nfkc_casefold("Stra\u00DFE"), "strasse");
  EXPECT_EQ(to_nfkc_casefold("\uFF21\u212A\u200B\u00AD"), "ak");
  EXPECT_EQ(to_nfkc_casefold("E\u0301"), "\u00E9");
  EXPECT_EQ(to_nfkc_casefold(""), "");
}

TEST(Unicode, DomainsInOtherLetters_AreAsTheDnsHasThem) {
  EXPECT_EQ(to_ascii_domain("B\u00DCCHER.Example"), "xn--bcher-kva.example");
  EXPECT_EQ(to_ascii_domain("\uFF45xample.com"), "example.com");
  EXPECT_EQ(to_ascii_domain("a\uFF0Fb.b\u00FCcher.example"), "a/b.xn--bcher-kva.example");
  EXPECT_FALSE(to_ascii_domain("\u2665.example"));
  EXPECT_FALSE(to_ascii_domain(std::string{"\u00FC\0.example", 11}));
}

TEST(Unicode, InvisibleCharacters_AreFoundAndLettersAreNot) {
  EXPECT_FALSE(has_invisible_character("abc\u00FC\u4E2D\U0001F511e\u0301"));
  for (const char* text : {" ", "\t", "\u00A0", "a\u200Db", "\u2066", "\u034F", "\u180E", "\xFF"}) {
    EXPECT_TRUE(has_invisible_character(text)) << text;
  }
}

TEST(Unicode, KindsOfCharacters_AreToldApartInAllScripts) {
  EXPECT_EQ(kinds_of_characters("").count(), 0u);
  EXPECT_TRUE(kinds_of_characters("a").lower);
  EXPECT_TRUE(kinds_of_characters("\u00E9").lower);
  EXPECT_TRUE(kinds_of_characters("\u0416").upper);
  EXPECT_TRUE(kinds_of_characters("\u0663").digit);
  for (const char* text : {" ", "-", "\u4E2D", "\U0001F511"}) EXPECT_TRUE(kinds_of_characters(text).other) << text;
  EXPECT_EQ(kinds_of_characters("abcdef").count(), 1u);
  EXPECT_EQ(kinds_of_characters("aB3 ").count(), 4u);
}

}  // namespace
}  // namespace gatehouse
