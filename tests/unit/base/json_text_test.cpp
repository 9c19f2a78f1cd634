#include "base/json_text.hpp"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, PlainText_IsQuotedAsIs) { EXPECT_EQ(quoted("John Doe"), "\"John Doe\""); }
TEST(JsonString, QuotesAndBackslashes_AreEscaped) { EXPECT_EQ(quoted("a\"b\\c"), R"("a\"b\\c")"); }
TEST(JsonString, ControlCharacters_AreEscaped) {
  EXPECT_EQ(quoted("a\r\n\t\x1b[31m\x7f"), "\"a\\r\\n\\t\\u001b[31m\\u007f\"");
  EXPECT_EQ(quoted(std::string_view{"\0", 1}), "\"\\u0000\"");
}
TEST(JsonString, C1ControlsAndLineSeparators_AreEscaped) {
  EXPECT_EQ(quoted("\xC2\x9B"), "\"\\u009b\"");
  EXPECT_EQ(quoted("\xE2\x80\xA8\xE2\x80\xA9"), "\"\\u2028\\u2029\"");
}
TEST(JsonString, Utf8_PassesThrough) { EXPECT_EQ(quoted("pässwörd 🔑"), "\"pässwörd 🔑\""); }
TEST(JsonString, BadUtf8_BecomesReplacementCharacters) {
  EXPECT_EQ(quoted("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(quoted("\xED\xA0\x80").find('\xED'), std::string::npos);
}

TEST(IsUtf8, OverlongSurrogateTruncatedAndTooLarge_AreRefused) {
  EXPECT_TRUE(is_utf8("grün 🔑"));
  for (const char* bad :
       {"\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace gatehouse
