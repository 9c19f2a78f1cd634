#include "http/single_request.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "http/unix_socket.hpp"
#include "support/patience.hpp"
#include "support/temporary_directory.hpp"

namespace gatehouse::http {
namespace {

using ::testing::HasSubstr;

/// Listens on a free port.
int listen_on_free_port() {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  EXPECT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(::listen(listener, 1), 0);
  return listener;
}

/// Accepts one connection, reads what comes first, sends `answer` and closes.
class OneAnswer {
 public:
  /// Takes over a listening socket.
  explicit OneAnswer(std::string answer, int listener = listen_on_free_port()) : listener_(listener) {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length), 0);
    if (address.ss_family == AF_INET) port_ = ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    thread_ = std::thread([this, answer = std::move(answer)] {
      const int connection = ::accept(listener_, nullptr, nullptr);
      std::array<char, 4096> request{};
      const ssize_t received = ::read(connection, request.data(), request.size());
      if (received > 0) request_.assign(request.data(), static_cast<std::size_t>(received));
      std::ignore = ::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
      ::close(connection);
    });
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
    ::close(listener_);
  }

  std::expected<FetchedAnswer, std::string> fetched(bool uses_tls = false) {
    return fetch({.uses_tls = uses_tls, .host = "127.0.0.1", .port = port_}, "/health/live", testing::patience);
  }
  /// The request that came.
  const std::string& request() {
    thread_.join();
    return request_;
  }

 private:
  const int listener_;
  std::uint16_t port_ = 0;
  std::string request_;
  std::thread thread_;
};

TEST(SingleRequest, Answer_IsReadWhole) {
  OneAnswer server{"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 18\r\n\r\n{\"status\":\"stuck\"}"};
  const auto answer = server.fetched();
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->status, Status::service_unavailable);
  EXPECT_EQ(answer->body, R"({"status":"stuck"})");
  EXPECT_THAT(server.request(), HasSubstr("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST(SingleRequest, WhatIsNoAnswer_IsAFailure) {
  for (const char* text : {"", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"}) {
    OneAnswer server{text};
    EXPECT_FALSE(server.fetched()) << text;
  }
}

TEST(SingleRequest, BodyWithoutABound_IsAFailure) {
  OneAnswer server{"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"};
  const auto answer = server.fetched();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error(), HasSubstr("limit"));
}

TEST(SingleRequest, PlainServerAskedForTls_IsAFailure) {
  OneAnswer server{"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"};
  EXPECT_FALSE(server.fetched(true));
}

TEST(SingleRequest, UnixSocket_IsAskedWithoutAPort) {
  const gatehouse::testing::TemporaryDirectory folder;
  const std::string path = folder.path() / "gatehouse.sock";
  auto socket = listen_on({.path = path, .mode = 0600, .group = {}});
  ASSERT_TRUE(socket) << socket.error();
  ::fcntl(socket->descriptor.get(), F_SETFL, 0);
  OneAnswer server{"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", socket->descriptor.release()};
  const auto answer = fetch({.unix_path = path}, "/health/live", testing::patience);
  ASSERT_TRUE(answer) << answer.error();
  EXPECT_EQ(answer->body, "{}");
  EXPECT_THAT(server.request(), HasSubstr("GET /health/live HTTP/1.1\r\nHost: localhost\r\n"));
}

TEST(SingleRequest, UnixSocketOfNobody_IsAFailure) {
  const auto answer = fetch({.unix_path = "/nonexistent/gatehouse.sock"}, "/", testing::patience);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error(), HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace gatehouse::http
