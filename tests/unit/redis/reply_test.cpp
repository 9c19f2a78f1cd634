#include "redis/reply.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "redis/command.hpp"

namespace gatehouse::redis {
namespace {

using Kind = Reply::Kind;

Reply expected_reply() {
  using namespace std::string_literals;
  return {.kind = Kind::list,
          .items = {{.kind = Kind::integer, .integer = -42},
                    {.kind = Kind::text, .text = "he\0lo"s},
                    {},
                    {.kind = Kind::text, .text = "OK"},
                    {.kind = Kind::list,
                     .items = {{.kind = Kind::integer, .integer = 1}, {.kind = Kind::error, .text = "ERR no"}}}}};
}

/// Contains a NUL, which would end a literal.
std::string every_kind_text() {
  using namespace std::string_literals;
  return "*5\r\n:-42\r\n$5\r\nhe\0lo\r\n$-1\r\n+OK\r\n*2\r\n:1\r\n-ERR no\r\n"s;
}

TEST(ReplyReader, EachKind_IsRead) {
  ReplyReader reader;
  reader.feed(every_kind_text());
  const auto reply = reader.next();
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ(**reply, expected_reply());
  EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST(ReplyReader, ReplySplitAnywhere_IsTheSame) {
  const std::string text = every_kind_text();
  for (std::size_t cut = 1; cut < text.size(); ++cut) {
    ReplyReader reader;
    reader.feed(text.substr(0, cut));
    EXPECT_EQ(reader.next().value(), std::nullopt) << cut;
    reader.feed(text.substr(cut));
    EXPECT_EQ(reader.next().value(), expected_reply()) << cut;
  }
}

TEST(ReplyReader, RepliesInOneRead_ComeOneAfterTheOther) {
  ReplyReader reader;
  reader.feed(":1\r\n:2\r\n:3");
  EXPECT_EQ(reader.next().value()->integer, 1);
  EXPECT_EQ(reader.next().value()->integer, 2);
  EXPECT_EQ(reader.next().value(), std::nullopt);
  reader.feed("4\r\n");
  EXPECT_EQ(reader.next().value()->integer, 34);
}

TEST(ReplyReader, WhatIsNoReply_IsRefusedForGood) {
  ReplyReader reader;
  reader.feed("HTTP/1.1 400 Bad Request\r\n");
  EXPECT_FALSE(reader.next());
  reader.feed(":1\r\n");
  EXPECT_FALSE(reader.next());
}

TEST(ReplyReader, ReplyThatIsTooLarge_IsRefused) {
  ReplyReader list;
  list.feed("*1025\r\n");
  EXPECT_FALSE(list.next());
  ReplyReader text;
  text.feed("$1000000\r\n" + std::string(ReplyReader::reply_bytes_max, 'x'));
  EXPECT_FALSE(text.next());
}

TEST(ReplyReader, UnfinishedReply_IsForgottenWithItsReader) {
  ReplyReader reader;
  reader.feed("*2\r\n$2\r\nab\r\n*2\r\n:1\r\n");
  EXPECT_EQ(reader.next().value(), std::nullopt);
}

TEST(Command, EachWord_KeepsItsBytes) {
  constexpr std::array<std::string_view, 3> words{"SET", "a key", "\r\n\0"};
  EXPECT_EQ(to_command(words), "*3\r\n$3\r\nSET\r\n$5\r\na key\r\n$2\r\n\r\n\r\n");
  EXPECT_EQ(to_command(std::array<std::string_view, 2>{"ECHO", ""}), "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n");
}

}  // namespace
}  // namespace gatehouse::redis
