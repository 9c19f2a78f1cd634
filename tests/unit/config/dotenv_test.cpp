#include "config/dotenv.hpp"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

/// `NAME=value|NAME=value`, or `line N: message` where the text is refused.
std::string parsed(std::string_view text) {
  const auto entries = parse_dotenv(text);
  if (!entries) return "line " + std::to_string(entries.error().line) + ": " + entries.error().message;
  std::string shown;
  for (const DotenvEntry& entry : *entries) shown += (shown.empty() ? "" : "|") + entry.name + "=" + entry.value;
  return shown;
}

TEST(Dotenv, PlainLines_AreRead) { EXPECT_EQ(parsed("A=1\nB_2=two\n"), "A=1|B_2=two"); }
TEST(Dotenv, LastLineWithoutEnd_IsRead) { EXPECT_EQ(parsed("A=1"), "A=1"); }
TEST(Dotenv, CommentsAndEmptyLines_AreSkipped) { EXPECT_EQ(parsed("# one\n\n   \n  # two\nA=1\n"), "A=1"); }
TEST(Dotenv, WindowsLineEnds_AreRead) { EXPECT_EQ(parsed("A=1\r\n\r\nB=\"2\"\r\n"), "A=1|B=2"); }
TEST(Dotenv, ByteOrderMark_IsSkipped) {
  EXPECT_EQ(parsed("\xEF\xBB\xBF"
                   "A=1"),
            "A=1");
}

TEST(Dotenv, ExportPrefix_IsSkipped) { EXPECT_EQ(parsed("export A=1\nexport\tB=2\nexport=3"), "A=1|B=2|export=3"); }
TEST(Dotenv, BlanksAroundNameAndValue_AreDropped) { EXPECT_EQ(parsed("  A =  one two  \n"), "A=one two"); }
TEST(Dotenv, EmptyValue_IsEmpty) { EXPECT_EQ(parsed("A=\nB=\"\"\nC=''"), "A=|B=|C="); }
TEST(Dotenv, EqualsSignInValue_Stays) { EXPECT_EQ(parsed("A=b=c=="), "A=b=c=="); }
TEST(Dotenv, HashAfterBlank_BeginsComment) { EXPECT_EQ(parsed("A=one # note\nB=# note\n"), "A=one|B="); }
TEST(Dotenv, HashInsideWord_Stays) { EXPECT_EQ(parsed("A=pass#word"), "A=pass#word"); }
TEST(Dotenv, SingleQuotes_TakeTextAsItStands) { EXPECT_EQ(parsed(R"(A='a # \n "b"' # note)"), R"(A=a # \n "b")"); }
TEST(Dotenv, DoubleQuotes_ReadEscapes) {
  EXPECT_EQ(parsed(R"(A="l1\nl2\t\"q\" \\ \$ \d")"), "A=l1\nl2\t\"q\" \\ $ \\d");
}

TEST(Dotenv, QuotedValue_MaySpanLines) { EXPECT_EQ(parsed("A=\"one\r\ntwo\"\nB='x\ny'"), "A=one\ntwo|B=x\ny"); }
TEST(Dotenv, NameTwice_GivesBothEntries) { EXPECT_EQ(parsed("A=1\nA=2"), "A=1|A=2"); }

TEST(Dotenv, LineWithoutEquals_IsRefusedWithItsNumber) {
  EXPECT_EQ(parsed("A=1\n\nB\n"), "line 3: the name is not followed by =");
}

TEST(Dotenv, NameThatIsNone_IsRefused) {
  EXPECT_EQ(parsed("A=1\n2B=3"), "line 2: a line must start with NAME= or #");
  EXPECT_EQ(parsed("=3"), "line 1: a line must start with NAME= or #");
  EXPECT_EQ(parsed("A-B=3"), "line 1: the name is not followed by =");
}

TEST(Dotenv, OpenQuote_IsRefusedAtItsLine) { EXPECT_EQ(parsed("A=1\nB=\"x\ny\nz"), "line 2: a quote is never closed"); }
TEST(Dotenv, TextAfterClosingQuote_IsRefused) {
  EXPECT_EQ(parsed("A='x'y"), "line 1: there is text after the closing quote");
}

TEST(Dotenv, NulByte_IsRefused) {
  EXPECT_EQ(parsed(std::string_view{"A=1\nB=\0x", 8}), "line 2: the file contains a NUL byte");
}

TEST(Dotenv, OversizedFile_IsRefused) {
  EXPECT_EQ(parsed(std::string(dotenv_bytes_max + 1, '\n')), "line 0: the file is larger than 64 KiB");
  EXPECT_EQ(parsed(std::string(dotenv_bytes_max, '\n')), "");
}

TEST(Dotenv, TooManyEntries_AreRefused) {
  std::string text;
  for (std::size_t i = 0; i < dotenv_entries_max; ++i) text += "A=1\n";
  EXPECT_TRUE(parse_dotenv(text));
  EXPECT_EQ(parsed(text + "A=1\n"), "line 514: the file has too many entries");
}

TEST(Dotenv, Errors_NeverRepeatTheText) {
  for (const char* text : {"canary", "A='canary", "A='canary'x", "1canary=2"}) {
    EXPECT_EQ(parsed(text).find("canary"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace gatehouse::config
