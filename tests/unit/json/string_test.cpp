#include "json/string.hpp"

#include <gtest/gtest.h>

namespace gatehouse::json {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_string(out, text);
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

bool is_plain(int byte) { return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\'; }

TEST(PlainLength, EveryByteAtEveryPlace_EndsItOrNot) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'a');
      text[place] = static_cast<char>(byte);
      EXPECT_EQ(plain_length(text), is_plain(byte) ? text.size() : place) << byte << " at " << place;
    }
  }
}

TEST(PlainLength, SeveralOddBytes_TheFirstCounts) {
  EXPECT_EQ(plain_length("ab\"cdef\\ghijk"), 2U);
  EXPECT_EQ(plain_length("abcdefgh\x01\x80ijklmn"), 8U);
  EXPECT_EQ(plain_length(""), 0U);
}

TEST(JsonString, StringThatHasToGrow_HoldsTheTextAndNothingElse) {
  for (std::size_t before = 0; before < 200; ++before) {
    const std::string start(before, 'x');
    std::string out = start;
    out.shrink_to_fit();
    append_string(out, "name");
    EXPECT_EQ(out, start + "\"name\"");
  }
}

}  // namespace
}  // namespace gatehouse::json
