#include "mail/message.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace gatehouse::mail {
namespace {

using ::testing::HasSubstr;

constexpr TimePoint date = from_unix_us(1'737'541'800'000'000);

std::string message(const Rendered& rendered) {
  const Mailbox from{.name = "Example", .address = "no-reply@example.com"};
  return format_message({.id = MailId{7}, .from = from, .to = "ada@example.com", .rendered = rendered, .date = date});
}

TEST(Message, Headers_AreThoseOfAnAutomaticMail) {
  const std::string text = message({.subject = "Hello", .text = "Text\n", .html = "<p>HTML</p>\n"});
  EXPECT_THAT(text, HasSubstr("From: \"Example\" <no-reply@example.com>\r\n"));
  EXPECT_THAT(text, HasSubstr("To: ada@example.com\r\n"));
  EXPECT_THAT(text, HasSubstr("Subject: Hello\r\n"));
  EXPECT_THAT(text, HasSubstr("Date: Wed, 22 Jan 2025 10:30:00 +0000\r\n"));
  EXPECT_THAT(text, HasSubstr("Message-ID: <gatehouse-7@example.com>\r\n"));
  EXPECT_THAT(text, HasSubstr("Auto-Submitted: auto-generated\r\n"));
  EXPECT_THAT(text, HasSubstr("Content-Type: multipart/alternative; boundary=\"=_gatehouse_7\"\r\n"));
  EXPECT_THAT(text, HasSubstr("Text\r\n"));
  EXPECT_THAT(text, HasSubstr("<p>HTML</p>\r\n"));
  EXPECT_EQ(text, message({.subject = "Hello", .text = "Text\n", .html = "<p>HTML</p>\n"}));
}

TEST(Message, EveryLine_EndsInCrlfAndIsShort) {
  std::istringstream lines{
      message({.subject = std::string(400, 'x') + "ü", .text = std::string(5000, 'y'), .html = "\n\n"})};
  for (std::string line; std::getline(lines, line);) {
    EXPECT_TRUE(line.ends_with('\r')) << line;
    EXPECT_LE(line.size(), 77U) << line;
  }
}

TEST(Message, SubjectWithALineEnd_StaysOneHeader) {
  EXPECT_THAT(message({.subject = "a\r\nBcc: b@example.com", .text = "", .html = ""}),
              HasSubstr("Subject: a  Bcc: b@example.com\r\n"));
}

TEST(HeaderText, BeyondAscii_BecomesEncodedWordsOfWholeCharacters) {
  EXPECT_EQ(header_text("Passwort zurücksetzen"), "=?UTF-8?B?UGFzc3dvcnQgenVyw7xja3NldHplbg==?=");
  EXPECT_EQ(header_text("=?UTF-8?B?x?="), "=?UTF-8?B?PT9VVEYtOD9CP3g/PQ==?=");
  std::string long_text;
  for (int i = 0; i < 40; ++i) long_text += "ü";
  EXPECT_THAT(header_text(long_text), HasSubstr("?=\r\n =?UTF-8?B?"));
}

TEST(QuotedPrintable, WhatIsNoPlainText_IsEncoded) {
  EXPECT_EQ(quoted_printable("a=b"), "a=3Db");
  EXPECT_EQ(quoted_printable("ü"), "=C3=BC");
  EXPECT_EQ(quoted_printable("end \nnext\t\n"), "end=20\r\nnext=09\r\n");
  EXPECT_EQ(quoted_printable("a\r\nb\n\nc"), "a\r\nb\r\n\r\nc");
  EXPECT_EQ(quoted_printable(std::string("a\0b", 3)), "a=00b");
  EXPECT_EQ(quoted_printable(std::string(80, 'x')), std::string(75, 'x') + "=\r\n" + "xxxxx");
}

}  // namespace
}  // namespace gatehouse::mail
