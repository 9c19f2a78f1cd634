#include "http/server.hpp"

#include <gtest/gtest.h>

#include <boost/system/system_error.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>

#include "connection_fixture.hpp"
#include "runtime/coarse_clock.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

/// A server on a free port of this machine. A test changes settings_ before it starts the server.
class ServerTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t connections_per_address_max = 90;

  void start(std::uint32_t connections_max = 100) {
    server_.emplace(io_, parts(connections_max));
    port_ = server_->listen("127.0.0.1", 0);
    server_->start();
  }
  Server::Parts parts(std::uint32_t connections_max) {
    return {.settings = settings_,
            .clock = clock_,
            .responder = responder_,
            .proxies = proxies_,
            .backends = backends_,
            .random = random_,
            .access_log = access_log_,
            .traffic = traffic_,
            .on_disbelief = [](std::string_view) {},
            .counts = counts_,
            .shares = shares_,
            .connections_max = connections_max,
            .tls = nullptr};
  }
  RawClient connect() const { return RawClient::connect(port_); }
  bool is_free(std::uint16_t port) {
    try {
      require_free_address(io_, "127.0.0.1", port);
      return true;
    } catch (const boost::system::system_error&) {
      return false;
    }
  }
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
  AddressRanges backends_{{}};
  telemetry::AccessLog access_log_{nullptr};
  Traffic counted_{{}};
  ThreadTraffic& traffic_ = counted_.add_thread();
  ConnectionCounts counts_;
  AddressShares shares_{connections_per_address_max, AddressRanges{{"127.0.0.2"}}};
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
  Server second(io_, parts(1));
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
  first.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  {
    RawClient second = connect();
    ASSERT_TRUE(ends(second));
    EXPECT_TRUE(second.received().starts_with("HTTP/1.1 503 "));
    EXPECT_EQ(counts_.served, 1U);
  }
  EXPECT_TRUE(eventually([&] { return counts_.turned_away == 0; }));
  responder_.open_gate();
  ASSERT_TRUE(arrives(first, "\r\n\r\n/wait"));
  first.close();
  ASSERT_TRUE(eventually([&] { return counts_.served == 0; }));
  RawClient third = connect();
  third.send(get("/b"));
  EXPECT_TRUE(arrives(third, "\r\n\r\n/b"));
}

TEST_F(ServerTest, RequestsThatStepAside_LeaveTheirPlacesToOthers) {
  start(1);
  RawClient aside = connect();
  aside.send(get("/aside"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  EXPECT_EQ(counts_.served, 0U);
  {
    RawClient second = connect();
    second.send(get("/a"));
    ASSERT_TRUE(arrives(second, "\r\n\r\n/a"));
    EXPECT_EQ(counts_.served, 1U);
  }
  ASSERT_TRUE(eventually([&] { return counts_.served == 0; }));
  responder_.open_gate();
  ASSERT_TRUE(arrives(aside, "\r\n\r\n/aside"));
  EXPECT_EQ(counts_.served, 1U);
  aside.close();
  EXPECT_TRUE(eventually([&] { return counts_.served == 0; }));
}

TEST_F(ServerTest, ClientsThatGoWhileTheyAreAside_AreCountedOnce) {
  start(1);
  RawClient aside = connect();
  aside.send(get("/aside"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  aside.close();
  responder_.open_gate();
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 0; }));
  EXPECT_TRUE(eventually([&] { return counts_.served == 0; }));
  RawClient next = connect();
  next.send(get("/a"));
  EXPECT_TRUE(arrives(next, "\r\n\r\n/a"));
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

// Such connections once kept everybody else out for 75 seconds at a time.
TEST_F(ServerTest, SilentConnections_KeptEverybodyElseOut) {
  start(3);
  RawClient known = connect();
  known.send(get("/a"));
  ASSERT_TRUE(arrives(known, "\r\n\r\n/a"));
  RawClient first = connect();
  ASSERT_TRUE(eventually([&] { return counts_.served == 2; }));
  RawClient second = connect();
  ASSERT_TRUE(eventually([&] { return counts_.served == 3; }));

  RawClient honest = connect();
  honest.send(get("/b"));
  ASSERT_TRUE(arrives(honest, "\r\n\r\n/b"));
  EXPECT_TRUE(ends(first)) << "of those that said nothing, the oldest";
  RawClient another = connect();
  another.send(get("/c"));
  ASSERT_TRUE(arrives(another, "\r\n\r\n/c"));
  EXPECT_TRUE(ends(second));
  known.forget();
  known.send(get("/d"));
  EXPECT_TRUE(arrives(known, "\r\n\r\n/d")) << "it waited longer, but it has spoken";
  EXPECT_EQ(counts_.served, 3U);
}

TEST_F(ServerTest, ConnectionIdleForLongest_MakesRoom) {
  start(2);
  RawClient first = connect();
  RawClient second = connect();
  for (RawClient* client : {&first, &second, &first}) {
    client->forget();
    client->send(get("/a"));
    ASSERT_TRUE(arrives(*client, "\r\n\r\n/a"));
    // So that the coarse clock tells the two apart.
    const auto now = runtime::coarse_now();
    ASSERT_TRUE(eventually([&] { return runtime::coarse_now() > now; }));
  }
  RawClient third = connect();
  third.send(get("/b"));
  ASSERT_TRUE(arrives(third, "\r\n\r\n/b"));
  EXPECT_TRUE(ends(second));
  EXPECT_FALSE(first.ended());
}

TEST_F(ServerTest, AddressWithItsShare_IsTurnedAway_AndOthersAreServed) {
  start(2 * connections_per_address_max);
  std::deque<RawClient> greedy;
  for (std::uint32_t i = 0; i < connections_per_address_max; ++i) greedy.push_back(connect());
  ASSERT_TRUE(eventually([&] { return counts_.served == connections_per_address_max; }));
  RawClient one_more = connect();
  ASSERT_TRUE(ends(one_more));
  EXPECT_TRUE(one_more.received().starts_with("HTTP/1.1 503 "));
  RawClient other = RawClient::connect(port_, "127.0.0.2");
  other.send(get("/a"));
  EXPECT_TRUE(arrives(other, "\r\n\r\n/a"));
  greedy.pop_back();
  ASSERT_TRUE(eventually([&] { return counts_.served == connections_per_address_max; }));
  RawClient again = connect();
  again.send(get("/b"));
  EXPECT_TRUE(arrives(again, "\r\n\r\n/b"));
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
  EXPECT_TRUE(eventually([&] { return is_free(port_); })) << "it still listens";
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

TEST_F(ServerTest, AnnouncedEnd_ClosesWithEachAnswer_AndServesOn) {
  start();
  RawClient idle = connect();
  idle.send(get("/a"));
  ASSERT_TRUE(arrives(idle, "\r\n\r\n/a"));
  server_->announce_end();
  RawClient late = connect();
  late.send(get("/b"));
  ASSERT_TRUE(ends(late));
  EXPECT_TRUE(late.has("\r\n\r\n/b"));
  EXPECT_TRUE(late.has("Connection: close\r\n"));
  const auto grace_over = std::chrono::steady_clock::now() + 700ms;
  EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > grace_over; }));
  idle.forget();
  idle.send(get("/c"));
  ASSERT_TRUE(ends(idle));
  EXPECT_TRUE(idle.has("\r\n\r\n/c")) << "it may be on its way with a request";
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

/// A server that listens on a Unix socket, too, and hands its connections to the server.
class UnixServerTest : public ServerTest {
 protected:
  void start_with_unix_socket() {
    auto socket = listen_on({.path = path_, .mode = 0600, .group = {}});
    ASSERT_TRUE(socket) << socket.error();
    server_.emplace(io_, parts(200));
    server_->listen(Listener::on_path(io_.get_executor(), std::move(*socket)), [this](Accepted accepted) {
      ++handed_over_;
      server_->take(std::move(accepted));
    });
    server_->start();
  }

  gatehouse::testing::TemporaryDirectory folder_;
  const std::string path_ = folder_.path() / "gatehouse.sock";
  int handed_over_ = 0;
};

TEST_F(UnixServerTest, Connections_AreHandedOverAndServed) {
  start_with_unix_socket();
  std::deque<RawClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(RawClient::connect(path_));
    clients.back().send(get("/a", "X-Forwarded-For: 203.0.113.7\r\n"));
  }
  for (RawClient& client : clients) ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_EQ(handed_over_, 20);
  EXPECT_EQ(responder_.seen().back().client, "203.0.113.7");
}

TEST_F(UnixServerTest, Connections_HaveNoShareOfAnAddress) {
  start_with_unix_socket();
  std::deque<RawClient> clients;
  for (std::uint32_t i = 0; i < connections_per_address_max + 5; ++i) {
    clients.push_back(RawClient::connect(path_));
    clients.back().send(get("/a"));
  }
  for (RawClient& client : clients) ASSERT_TRUE(arrives(client, "HTTP/1.1 200 "));
}

TEST_F(UnixServerTest, Drain_RemovesTheFileAndKeepsWhoHasConnected) {
  start_with_unix_socket();
  RawClient client = RawClient::connect(path_);
  client.send(get("/a"));
  drain();
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(handed_over_, 0) << "the others may have ended";
  EXPECT_TRUE(eventually([&] { return drained_; }));
}

}  // namespace
}  // namespace gatehouse::http
