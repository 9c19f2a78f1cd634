#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/random.hpp"
#include "http/connection.hpp"
#include "raw_client.hpp"
#include "scripted_responder.hpp"
#include "support/manual_clock.hpp"
#include "support/run_until.hpp"

namespace gatehouse::http {

/// The two ends of a connection inside this process.
inline std::array<int, 2> socket_pair(int type) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) throw std::bad_alloc();
  return ends;
}

/// A GET request; `more` are header lines.
inline std::string get(std::string_view path, std::string_view more = {}) {
  return std::string{"GET "}.append(path).append(" HTTP/1.1\r\nHost: a\r\n").append(more).append("\r\n");
}

inline std::string post(std::string_view path, std::string_view body, std::string_view more = {}) {
  return std::string{"POST "}
      .append(path)
      .append(" HTTP/1.1\r\nHost: a\r\nContent-Length: ")
      .append(std::to_string(body.size()))
      .append("\r\n")
      .append(more)
      .append("\r\n")
      .append(body);
}

/// Connections over socket pairs, and what they need. A test changes settings_ before it connects.
class ConnectionFixture : public ::testing::Test {
 protected:
  /// A connection whose client is the test. Over SOCK_SEQPACKET each write of the connection arrives as one packet.
  RawClient connect(int type = SOCK_STREAM) {
    const std::array<int, 2> ends = socket_pair(type);
    adopt(ends[0]).start();
    return RawClient(ends[1]);
  }

  /// Makes the only connection, with its client on the other end of real TCP. What `first` sends has arrived before
  /// anything is read.
  RawClient connect_over_tcp(const std::function<void(const RawClient&)>& first = [](const RawClient&) {}) {
    namespace ip = boost::asio::ip;
    boost::asio::basic_socket_acceptor<ip::tcp, Executor> acceptor(io_.get_executor(), {ip::address_v4::loopback(), 0});
    RawClient client = RawClient::connect(acceptor.local_endpoint().port());
    const int descriptor = ::accept4(acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    EXPECT_GE(descriptor, 0);
    first(client);
    adopt(descriptor).start();
    return client;
  }

  /// Makes a connection of the descriptor; the caller starts it. It lives as long as it waits for something.
  Connection& adopt(int descriptor, const char* peer = "192.0.2.1") {
    return adopt(descriptor, Peer{boost::asio::ip::make_address(peer), proxies_, backends_});
  }
  Connection& adopt(int descriptor, Peer peer) {
    started_ = make_connection(runtime::TcpSocket(io_.get_executor(), descriptor), std::move(peer), context(),
                               Place{counts_.served, {}});
    connection_ = started_;
    return *started_;
  }

  /// Runs the event loop until the condition holds.
  template <class Condition>
  bool eventually(Condition&& condition) {
    started_.reset();
    return testing::run_until(io_, std::forward<Condition>(condition));
  }
  bool arrives(RawClient& client, std::string_view text) {
    return eventually([&] { return client.receive_some(), client.has(text); });
  }
  bool ends(RawClient& client) {
    return eventually([&] { return client.receive_some(), client.ended(); });
  }
  bool answers(RawClient& client, std::size_t count) {
    return eventually([&] { return client.receive_some(), client.answers() == count; });
  }
  /// The next packet of a SOCK_SEQPACKET pair.
  std::string packet(RawClient& client) {
    std::string piece;
    EXPECT_TRUE(eventually([&] { return piece = client.receive_some(), !piece.empty(); }));
    return piece;
  }
  bool all_gone() {
    return eventually([&] { return counts_.served == 0; });
  }
  /// Runs everything that is ready now.
  void turn() {
    started_.reset();
    io_.restart();
    io_.poll();
  }
  /// Does what the server's timer does.
  void sweep() {
    if (const auto connection = connection_.lock()) connection->enforce_deadline();
  }
  /// Sweeps until a deadline has ended the connection.
  bool swept_away() {
    return eventually([&] { return sweep(), counts_.served == 0; });
  }

  ConnectionContext& context() {
    if (!context_) {
      context_.reset(new ConnectionContext{.settings = settings_,
                                           .clock = clock_,
                                           .responder = responder_,
                                           .proxies = proxies_,
                                           .backends = backends_,
                                           .request_ids = request_ids_,
                                           .trace_ids = trace_ids_,
                                           .access_log = access_log_,
                                           .traffic = traffic_,
                                           .on_disbelief = [this](std::string_view peer) { disbelieved_ = peer; },
                                           .counts = counts_,
                                           .tls = tls_,
                                           .limits = {settings_.header_bytes_max, settings_.body_bytes_max},
                                           .common_headers = CommonHeaders(tls_ != nullptr, clock_.now())});
    }
    return *context_;
  }

  http::ServerSettings settings_;
  testing::ManualClock clock_;
  crypto::SystemRandom random_;
  TrustedProxies proxies_{{"198.51.100.0/24"}};
  AddressRanges backends_{{}};
  RequestIds request_ids_{random_};
  TraceIds trace_ids_{random_};
  telemetry::AccessLog access_log_{nullptr};
  std::string disbelieved_;
  ConnectionCounts counts_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
  Traffic counted_{{}};
  ThreadTraffic& traffic_ = counted_.add_thread();
  std::unique_ptr<ConnectionContext> context_;
  boost::asio::io_context io_{1};
  // Made now, before anything else waits on the event loop.
  runtime::SocketReactor& reactor_ = boost::asio::use_service<runtime::SocketReactor>(io_);
  ScriptedResponder responder_{io_};
  std::shared_ptr<Connection> started_;  ///< until the event loop runs
  std::weak_ptr<Connection> connection_;
};

}  // namespace gatehouse::http
