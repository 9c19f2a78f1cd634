#include "mail/mailbox.hpp"

#include <gtest/gtest.h>

namespace gatehouse::mail {
namespace {

TEST(Mailbox, Forms_AreRead) {
  const auto plain = read_mailbox(" no-reply@example.com ");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->address, "no-reply@example.com");
  EXPECT_EQ(plain->name, "");
  EXPECT_EQ(plain->domain(), "example.com");
  const auto named = read_mailbox("Müller & Co <a@b.example>");
  ASSERT_TRUE(named);
  EXPECT_EQ(named->name, "Müller & Co");
  EXPECT_EQ(named->address, "a@b.example");
  EXPECT_EQ(read_mailbox("\"Example, Ltd.\" <a@b.example>")->name, "Example, Ltd.");
}

TEST(Mailbox, WhatIsNoMailbox_IsRefused) {
  for (const char* text : {"", "nobody", "a@", "@b", "A <a@b", "a@b>", "A\r\nBcc: x <a@b>", "a b@c", "A \"B\" <a@b>",
                           "A <a@b\r\n>", "a@b@", "a@exa mple"}) {
    EXPECT_FALSE(read_mailbox(text)) << text;
  }
}

TEST(Deliverable, AddressesThatHarm_AreRefused) {
  EXPECT_TRUE(is_deliverable("ada@example.com"));
  EXPECT_TRUE(is_deliverable("ädä@bücher.example"));
  EXPECT_TRUE(is_deliverable("a@[192.0.2.1]"));
  EXPECT_FALSE(is_deliverable("a@example.com\r\nRCPT TO:<b@example.com>"));
  EXPECT_FALSE(is_deliverable("a@example.com>"));
  EXPECT_FALSE(is_deliverable(std::string(250, 'a') + "@b.de"));
  EXPECT_FALSE(is_deliverable("a\xFF@b.de"));
  EXPECT_FALSE(is_deliverable(std::string_view("a\0@b.de", 7)));
}

TEST(WrittenAddress, LocalPartThatMeansSomething_IsQuoted) {
  EXPECT_EQ(written_address("ada.l+x@example.com"), "ada.l+x@example.com");
  EXPECT_EQ(written_address("a>b@example.com"), "\"a>b\"@example.com");
  EXPECT_EQ(written_address("a,b@example.com"), "\"a,b\"@example.com");
  EXPECT_EQ(written_address("a\"\\b@example.com"), "\"a\\\"\\\\b\"@example.com");
  EXPECT_EQ(written_address("a@b@example.com"), "\"a@b\"@example.com");
  EXPECT_EQ(written_address("a..b@example.com"), "\"a..b\"@example.com");
  EXPECT_EQ(written_address("\"quoted\"@example.com"), "\"quoted\"@example.com");
}

}  // namespace
}  // namespace gatehouse::mail
