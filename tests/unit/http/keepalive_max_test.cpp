#include <gtest/gtest.h>

#include <chrono>

#include "connection_fixture.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

using KeepaliveMaxTest = ConnectionFixture;

TEST_F(KeepaliveMaxTest, OldConnection_EndsWithAnAnswerThatSaysSo) {
  RawClient client = connect();
  client.send(get("/young"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/young"));
  EXPECT_FALSE(client.has("Connection:"));
  settings_.keepalive_max = 0ms;
  client.send(get("/old"));
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("\r\n\r\n/old"));
  EXPECT_TRUE(client.has("\r\nConnection: close\r\n"));
}

TEST_F(KeepaliveMaxTest, OldConnectionThatWaits_IsNotCutWithoutAWord) {
  RawClient client = connect();
  client.send(get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  settings_.keepalive_max = 0ms;
  sweep();
  turn();
  EXPECT_EQ(counts_.served, 1U);
  client.send(get("/b"));
  EXPECT_TRUE(arrives(client, "\r\n\r\n/b"));
}

TEST_F(KeepaliveMaxTest, OldConnectionWithABodyOnItsWay_GetsItsAnswer) {
  settings_.keepalive_max = 0ms;
  RawClient client = connect();
  client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbo");
  turn();
  client.send("dy");
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("HTTP/1.1 200 OK\r\n"));
  ASSERT_EQ(responder_.seen().size(), 1U);
  EXPECT_EQ(responder_.seen()[0].body, "body");
}

TEST_F(KeepaliveMaxTest, OldConnectionRefusedByTheHeader_ReadsItsAnswerToTheEnd) {
  settings_.keepalive_max = 0ms;
  RawClient client = connect();
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\npass");
  ASSERT_TRUE(arrives(client, "HTTP/1.1 401 "));
  EXPECT_TRUE(client.has("\r\nConnection: close\r\n"));
}

}  // namespace
}  // namespace gatehouse::http
