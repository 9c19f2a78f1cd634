#include "config/dotenv.hpp"

#include <gtest/gtest.h>

namespace gatehouse::config {
namespace {

/// `NAME=value|NAME=value`, or `line N: message` if the text is refused.
std::string parsed(std::string_view text) {
  const auto read = parse_dotenv(text);
  if (!read) return "line " + std::to_string(read.error().line) + ": " + read.error().message;
  std::string shown;
  for (const DotenvEntry& entry : read->entries) shown += (shown.empty() ? "" : "|") + entry.name + "=" + entry.value;
  return shown;
}

/// How Compose reads the first entry differently.
std::string disagreement(std::string_view text) {
  const auto read = parse_dotenv(text);
  return read && !read->entries.empty() ? std::string{read->entries[0].disagreement} : "no entry";
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
TEST(Dotenv, HashInsideWord_EndsTheValueAsForNode) { EXPECT_EQ(parsed("A=pass#word\nB=2"), "A=pass|B=2"); }
TEST(Dotenv, SingleQuotes_TakeTextAsItStands) { EXPECT_EQ(parsed(R"(A='a # \n "b"' # note)"), R"(A=a # \n "b")"); }
TEST(Dotenv, DoubleQuotes_ReadLineEndsAndNothingElse) {
  EXPECT_EQ(parsed(R"(A="l1\nl2\t\\ \$ 'x'")"), "A=l1\nl2\\t\\\\ \\$ 'x'");
  EXPECT_EQ(parsed(R"(A="a\"b")"), "A=a\\");
}
TEST(Dotenv, Backticks_Quote) { EXPECT_EQ(parsed("A=`a # \"b\" \\n`"), "A=a # \"b\" \\n"); }

TEST(Dotenv, QuotedValue_MaySpanLines) { EXPECT_EQ(parsed("A=\"one\r\ntwo\"\nB='x\ny'"), "A=one\ntwo|B=x\ny"); }
TEST(Dotenv, NameTwice_GivesBothEntries) { EXPECT_EQ(parsed("A=1\nA=2"), "A=1|A=2"); }

TEST(Dotenv, LinesOfOthers_AreSkipped) {
  EXPECT_EQ(parsed("my-key=1\n2B=3\n=3\nspring.port=\"8\n9\"\nA=1"), "A=1");
  const auto read = parse_dotenv("A=1\n\nsome text\n# note\nB\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->entries.size(), 1U);
  EXPECT_EQ(read->strange_lines, (std::vector<std::size_t>{3, 5}));
}

TEST(Dotenv, ManyStrangeLines_AreNotAllNamed) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "text\n";
  EXPECT_EQ(parse_dotenv(text)->strange_lines.size(), Dotenv::strange_lines_max);
}

TEST(Dotenv, OpenQuote_IsAPartOfTheLine) { EXPECT_EQ(parsed("A=\"x\nB='y\nC=z"), "A=\"x|B='y|C=z"); }
TEST(Dotenv, TextAfterClosingQuote_IsSkipped) { EXPECT_EQ(parsed("A='x'y\nB=\"z\" # note"), "A=x|B=z"); }
TEST(Dotenv, ValueOfBlanks_DoesNotTakeTheNextLine) { EXPECT_EQ(parsed("A=  \nB=1"), "A=|B=1"); }

TEST(Dotenv, WhatComposeReadsDifferently_IsSaid) {
  EXPECT_EQ(disagreement("A=pass#word"), "has a # without a space before it");
  EXPECT_EQ(disagreement("A=`x`"), "is in backticks");
  EXPECT_EQ(disagreement(R"(A="a\tb")"), "has a backslash in double quotes");
  EXPECT_EQ(disagreement(R"(A="a\"b")"), "has a backslash in double quotes");
  EXPECT_EQ(disagreement("A=$HOME/x"), "has a $ before a name");
  EXPECT_EQ(disagreement("A=\"${HOME}\""), "has a $ before a name");
  EXPECT_EQ(disagreement("A=\"x"), "has a quote that is not closed");
  for (const char* text :
       {"A=one # note", "A=", "A=# note", "A='$HOME # \\t'", "A=\"a\\nb\"", "A=5$", "A=a$1", "A=\"\""}) {
    EXPECT_EQ(disagreement(text), "") << text;
  }
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
  EXPECT_EQ(parsed(std::string_view{"A=canary\0", 9}).find("canary"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::config
