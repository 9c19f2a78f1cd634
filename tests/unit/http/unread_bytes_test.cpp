#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "connection_fixture.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

class UnreadBytesTest : public ConnectionFixture {};

// Urgent data hides what follows it, and the connection was kept forever for what it would never read.
TEST_F(UnreadBytesTest, UrgentDataBeforeTheFirstRequest_KeptItsConnectionForever) {
  settings_.header_timeout = 0ms;
  const RawClient client = connect_over_tcp([](const RawClient& sender) {
    sender.send_urgent("\r\nx");
    sender.send("y");
  });
  turn();
  sweep();
  EXPECT_EQ(counts_.served, 1U) << "what has arrived may be about to be read";
  EXPECT_TRUE(swept_away());
}

TEST_F(UnreadBytesTest, ConnectionThatWasToGiveWay_KeptUrgentDataForever) {
  const RawClient client = connect_over_tcp([](const RawClient& sender) {
    sender.send_urgent("\r\nx");
    sender.send("y");
  });
  turn();
  EXPECT_TRUE(eventually([&] {
    if (const auto connection = connection_.lock()) connection->give_way();
    return counts_.served == 0;
  }));
}

// The end of a connection with unread bytes is a reset, which may overtake the last answer (RFC 9112 section 9.6).
TEST_F(UnreadBytesTest, LastAnswerOfAConnection_WasLostIfTheClientHadSentMore) {
  settings_.keepalive_max = 0s;
  RawClient client = connect_over_tcp();
  client.send(get("/a") + std::string(8'000, 'x'));
  EXPECT_TRUE(ends(client));
  EXPECT_TRUE(client.has("\r\n\r\n/a"));
  EXPECT_FALSE(client.was_reset());
}

}  // namespace
}  // namespace gatehouse::http
