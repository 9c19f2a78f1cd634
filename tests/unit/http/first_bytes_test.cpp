#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "connection_fixture.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

using FirstBytesTest = ConnectionFixture;

// Some clients end a body with one CRLF too many.
TEST_F(FirstBytesTest, EmptyLineBeforeARequest_Was400) {
  RawClient client = connect();
  client.send("\r\n" + get("/a") + "\r\n" + post("/b", "body") + "\r\n");
  ASSERT_TRUE(answers(client, 2));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/b"));
  client.send(get("/c"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/c"));
}

TEST_F(FirstBytesTest, EmptyLineInPieces_IsSkipped) {
  RawClient client = connect();
  client.send("\r");
  turn();
  client.send("\n");
  turn();
  client.send(get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
}

TEST_F(FirstBytesTest, EmptyLine_BeginsNoRequest) {
  settings_.header_timeout = 1ms;
  RawClient client = connect();
  client.send(post("/a", "body") + "\r\n");
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  turn();
  sweep();
  turn();
  EXPECT_EQ(client.answers(), 1U);
  EXPECT_EQ(counts_.served, 1U) << "it waits for its next request as long as any connection";
}

TEST_F(FirstBytesTest, SecondEmptyLine_IsRefused) {
  for (const char* lines : {"\r\n\r\n", "\n", "\r\r\n", "\r\n\r"}) {
    RawClient client = connect();
    client.send(lines + get("/a"));
    ASSERT_TRUE(arrives(client, "HTTP/1.1 400 ")) << lines;
    ASSERT_TRUE(ends(client));
    EXPECT_EQ(client.answers(), 1U);
  }
}

TEST_F(FirstBytesTest, ConnectionThatSaysNothing_HasTheTimeOfAHeader) {
  settings_.header_timeout = 0ms;
  RawClient silent = connect();
  EXPECT_TRUE(swept_away());
  EXPECT_TRUE(silent.receive_some().empty());

  settings_.header_timeout = 1min;
  settings_.idle_timeout = 0ms;
  RawClient patient = connect();
  turn();
  sweep();
  turn();
  EXPECT_EQ(counts_.served, 1U);
  patient.send(get("/a"));
  ASSERT_TRUE(arrives(patient, "\r\n\r\n/a"));
  EXPECT_TRUE(swept_away()) << "from now on it is idle";
}

}  // namespace
}  // namespace gatehouse::http
