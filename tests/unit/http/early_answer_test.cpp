#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "connection_fixture.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

using EarlyAnswerTest = ConnectionFixture;

TEST_F(EarlyAnswerTest, RefusalByTheHeader_WaitedForTheBody) {
  RawClient client = connect();
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 8\r\n\r\n");
  ASSERT_TRUE(arrives(client, "HTTP/1.1 401 "));
  EXPECT_FALSE(client.has("100 Continue"));
  EXPECT_FALSE(client.has("Connection:"));
  client.send("pass");
  turn();
  client.send("word" + get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_EQ(client.answers(), 2U);
  ASSERT_EQ(responder_.seen().size(), 1U) << "the refused request went on to its handler";
  EXPECT_EQ(responder_.admitted(), 2U);
}

TEST_F(EarlyAnswerTest, RefusalByTheHeader_IsOneAnswerWhereverTheBodyIs) {
  RawClient client = connect();
  client.send(get("/a") + post("/refused/1", "body") + get("/refused/2") + post("/refused/3", "") + get("/b"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/b"));
  EXPECT_EQ(client.answers(), 5U);
  EXPECT_EQ(responder_.admitted(), 5U);
}

TEST_F(EarlyAnswerTest, BrokenBodyBehindARefusal_EndsTheConnectionWithoutAWord) {
  RawClient client = connect();
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n" + get("/a"));
  ASSERT_TRUE(ends(client));
  EXPECT_EQ(client.answers(), 1U);
  EXPECT_TRUE(responder_.seen().empty());
}

TEST_F(EarlyAnswerTest, BodyThatNeverComesBehindARefusal_EndsAtItsDeadlineWithoutAWord) {
  settings_.body_timeout = 0ms;
  RawClient client = connect();
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n");
  ASSERT_TRUE(arrives(client, "HTTP/1.1 401 "));
  EXPECT_TRUE(swept_away());
  client.receive_some();
  EXPECT_EQ(client.answers(), 1U);
}

TEST_F(EarlyAnswerTest, RefusalOfARequestThatCloses_DoesNotWaitForItsBody) {
  RawClient client = connect();
  client.send("POST /refused HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 8\r\n\r\n");
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("HTTP/1.1 401 "));
}

TEST_F(EarlyAnswerTest, BodyOfAnOpenRoute_IsThrownAway) {
  RawClient client = connect();
  client.send(post("/open", "body") + post("/kept", "body"));
  ASSERT_TRUE(answers(client, 2));
  EXPECT_EQ(responder_.seen().at(0).body, "");
  EXPECT_EQ(responder_.seen().at(1).body, "body");
}

}  // namespace
}  // namespace gatehouse::http
