#include "http/listener.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

#include "raw_client.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::http {
namespace {

using runtime::Descriptor;
using ::testing::HasSubstr;

class ListenerTest : public ::testing::Test {
 protected:
  static Descriptor tcp_socket(bool listens) {
    Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address{
        .sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_TRUE(!listens || ::listen(socket.get(), 8) == 0);
    return socket;
  }
  /// The result of connect(2): 0 or the error.
  static int knock(std::uint16_t port) {
    const Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  }
  std::string refusal(Descriptor socket) {
    const auto listener = Listener::handed_over(io_.get_executor(), std::move(socket));
    return listener ? "" : listener.error();
  }

  boost::asio::io_context io_{1};
  testing::TemporaryDirectory folder_;
};

TEST_F(ListenerTest, HandedTcpSocket_Accepts) {
  auto listener = Listener::handed_over(io_.get_executor(), tcp_socket(true));
  ASSERT_TRUE(listener) << listener.error();
  EXPECT_EQ(listener->name(), "127.0.0.1:" + std::to_string(listener->port()));
  EXPECT_EQ(listener->accept().error(), EAGAIN) << "it does not block";
  const RawClient client = RawClient::connect(listener->port());
  const auto accepted = listener->accept();
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->peer->to_string(), "127.0.0.1");
}

// An earlier filter that dropped each SYN needed privileges, and connections that were not accepted yet were reset.
TEST_F(ListenerTest, OneThatIsAboutToEnd_RefusesWhoComes_AndKeepsWhoHasCome) {
  Listener listener = Listener::on_address(io_.get_executor(), "127.0.0.1", 0);
  const std::uint16_t port = listener.port();
  const RawClient early = RawClient::connect(port);
  ASSERT_EQ(knock(port), 0);
  listener.begin_end();
  EXPECT_EQ(knock(port), ECONNREFUSED);
  EXPECT_TRUE(listener.accept());
  EXPECT_TRUE(listener.accept());
  EXPECT_EQ(listener.accept().error(), EAGAIN);
}

TEST_F(ListenerTest, WhatDoesNotListenOrIsNoStream_IsRefused) {
  EXPECT_THAT(refusal(tcp_socket(false)), HasSubstr("does not listen"));
  EXPECT_THAT(refusal(Descriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)}), HasSubstr("not a stream socket"));
  EXPECT_THAT(refusal(Descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)}), HasSubstr("not a stream socket"));
  EXPECT_THAT(refusal(Descriptor{}), HasSubstr("not a stream socket"));
}

TEST_F(ListenerTest, UnixSocket_HasAPathAndPeersWithoutAddress) {
  const std::string path = folder_.path() / "gatehouse.sock";
  auto socket = listen_on({.path = path, .mode = 0600, .group = {}});
  ASSERT_TRUE(socket) << socket.error();
  Listener listener = Listener::on_path(io_.get_executor(), std::move(*socket));
  EXPECT_EQ(listener.name(), "unix:" + path);
  EXPECT_EQ(listener.port(), 0);
  const RawClient client = RawClient::connect(path);
  const auto accepted = listener.accept();
  ASSERT_TRUE(accepted);
  EXPECT_FALSE(accepted->peer);
}

TEST_F(ListenerTest, SocketOfTheSupervisor_IsGivenUpAtOnce) {
  auto listener = Listener::handed_over(io_.get_executor(), tcp_socket(true));
  ASSERT_TRUE(listener);
  listener->begin_end();
  EXPECT_FALSE(listener->is_open()) << "who connects now is the next process's client";
}

}  // namespace
}  // namespace gatehouse::http
