#include "http/server.hpp"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "connection_fixture.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

/// A server on a free port of this machine. A test changes settings_ before it starts the server.
class ServerTest : public ::testing::Test {
 protected:
  void start(std::uint32_t connections_max = 100) {
    server_.emplace(io_, Server::Parts{.settings = settings_,
                                       .clock = clock_,
                                       .responder = responder_,
                                       .proxies = proxies_,
                                       .random = random_,
                                       .access_log = access_log_,
                                       .counts = counts_,
                                       .connections_max = connections_max,
                                       .tls = nullptr});
    port_ = server_->listen("127.0.0.1", 0);
    server_->start();
  }
  RawClient connect() const { return RawClient::connect(port_); }
  void drain() {
    server_->drain([this] { drained_ = true; });
  }

  template <class Condition>
  bool eventually(Condition&& condition) {
    return testing::run_until(io_, std::forward<Condition>(condition));
  }
  bool arrives(RawClient& client, std::string_view text) {
    return eventually([&] { return client.receive_some(), client.has(text); });
  }
  bool ends(RawClient& client) {
    return eventually([&] { return client.receive_some(), client.ended() || client.was_reset(); });
  }

  http::ServerSettings settings_;
  testing::ManualClock clock_;
  crypto::SystemRandom random_;
  TrustedProxies proxies_{{}};
  telemetry::AccessLog access_log_{nullptr};
  ConnectionCounts counts_;
  boost::asio::io_context io_{1};
  runtime::SocketReactor& reactor_ = boost::asio::use_service<runtime::SocketReactor>(io_);
  ScriptedResponder responder_{io_};
  std::optional<Server> server_;
  std::uint16_t port_ = 0;
  bool drained_ = false;
};

TEST_F(ServerTest, ManyClientsAtOnce_AreAllServed) {
  start();
  std::deque<RawClient> clients;
  for (int i = 0; i < 80; ++i) {
    clients.push_back(connect());
    clients.back().send(get("/a"));
  }
  for (RawClient& client : clients) ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_EQ(counts_.served, 80U);
  clients.clear();
  EXPECT_TRUE(eventually([&] { return counts_.served == 0; }));
}

TEST_F(ServerTest, AddressOfAnotherListener_IsNotFree) {
  start();
  EXPECT_THROW(require_free_address(io_, "127.0.0.1", port_), boost::system::system_error);
  EXPECT_NO_THROW(require_free_address(io_, "localhost", 0));
}

TEST_F(ServerTest, TwoServersOfOneProcess_ShareAnAddress) {
  start();
  Server second(io_, {.settings = settings_,
                      .clock = clock_,
                      .responder = responder_,
                      .proxies = proxies_,
                      .random = random_,
                      .access_log = access_log_,
                      .counts = counts_,
                      .connections_max = 1,
                      .tls = nullptr});
  EXPECT_EQ(second.listen("127.0.0.1", port_), port_);
}

TEST_F(ServerTest, DeadlinesAreEnforced) {
  settings_.header_timeout = 0ms;
  start();
  RawClient client = connect();
  client.send("GET / HT");
  EXPECT_TRUE(arrives(client, "HTTP/1.1 408 "));
}

TEST_F(ServerTest, DateFollowsTheClock) {
  start();
  clock_.set(from_unix_us(0));
  RawClient client = connect();
  EXPECT_TRUE(eventually([&] {
    client.forget();
    client.send(get("/a"));
    return arrives(client, "\r\n\r\n/a") && client.has("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
  }));
}

TEST_F(ServerTest, ClientsAboveTheLimit_AreTurnedAway_UntilAPlaceIsFree) {
  start(1);
  RawClient first = connect();
  first.send(get("/a"));
  ASSERT_TRUE(arrives(first, "\r\n\r\n/a"));
  {
    RawClient second = connect();
    ASSERT_TRUE(ends(second));
    EXPECT_TRUE(second.received().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(counts_.served, 1U);
  }
  EXPECT_TRUE(eventually([&] { return counts_.turned_away == 0; }));
  first.close();
  ASSERT_TRUE(eventually([&] { return counts_.served == 0; }));
  RawClient third = connect();
  third.send(get("/b"));
  EXPECT_TRUE(arrives(third, "\r\n\r\n/b"));
}

TEST_F(ServerTest, ClientsFarAboveTheLimit_AreClosedUntold) {
  start(0);
  std::deque<RawClient> clients;
  for (int i = 0; i < 70; ++i) clients.push_back(connect());
  std::size_t told = 0;
  for (RawClient& client : clients) {
    ASSERT_TRUE(ends(client));
    told += client.answers();
  }
  EXPECT_EQ(told, 64U);
}

TEST_F(ServerTest, Drain_WithoutConnections_IsThroughAtOnce) {
  start();
  drain();
  EXPECT_TRUE(eventually([&] { return drained_; }));
}

TEST_F(ServerTest, Drain_EndsAnIdleConnection) {
  start();
  RawClient client = connect();
  client.send(get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  drain();
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(client.answers(), 1U);
  EXPECT_TRUE(eventually([&] { return drained_; }));
}

TEST_F(ServerTest, Drain_AnswersARequestThatArrivesWithinTheGrace) {
  start();
  RawClient client = connect();
  client.send(get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  drain();
  client.send(get("/b"));
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("\r\n\r\n/b"));
  EXPECT_TRUE(client.has("Connection: close\r\n"));
}

TEST_F(ServerTest, Drain_ServesConnectionsThatWaitToBeAccepted_AndNoLaterOnes) {
  start();
  RawClient client = connect();
  client.send(get("/a"));
  drain();
  EXPECT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_TRUE(client.has("Connection: close\r\n"));
  EXPECT_NO_THROW(require_free_address(io_, "127.0.0.1", port_));
}

TEST_F(ServerTest, Drain_LetsABusyConnectionFinish) {
  start();
  RawClient idle = connect();
  RawClient client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1 && counts_.served == 2; }));
  drain();
  // By then the grace for idle connections is over, and the sweep has seen both.
  ASSERT_TRUE(ends(idle));
  EXPECT_TRUE(eventually([&] { return counts_.served == 1; }));
  EXPECT_FALSE(drained_);
  responder_.open_gate();
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("Connection: close\r\n"));
  EXPECT_TRUE(client.has("\r\n\r\n/wait"));
  EXPECT_TRUE(eventually([&] { return drained_; }));
}

TEST_F(ServerTest, Drain_GivesUpAtTheShutdownTimeout) {
  settings_.shutdown_timeout = 0ms;
  start();
  RawClient client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  drain();
  EXPECT_TRUE(eventually([&] { return drained_; }));
  EXPECT_EQ(client.answers(), 0U);
}

}  // namespace
}  // namespace gatehouse::http
