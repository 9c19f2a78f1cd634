#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "http/unix_socket.hpp"

namespace gatehouse::http {

/// The client's end of a connection, driven by the test itself: nothing blocks, and what arrived is kept as text.
class RawClient {
 public:
  /// Takes over the descriptor.
  explicit RawClient(int descriptor) : descriptor_(descriptor) {}
  RawClient(RawClient&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        received_(std::move(other.received_)),
        ended_(other.ended_),
        was_reset_(other.was_reset_) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() { close(); }

  /// Connects over TCP to a port of this machine, from one of its addresses.
  static RawClient connect(std::uint16_t port, const char* from = "127.0.0.1") {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in own{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {inet_addr(from)}, .sin_zero = {}};
    EXPECT_EQ(::bind(descriptor, reinterpret_cast<const sockaddr*>(&own), sizeof own), 0);
    const sockaddr_in address{
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return RawClient(descriptor);
  }

  /// Connects over a Unix socket.
  static RawClient connect(const std::string& path) {
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = unix_address(path);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return RawClient(descriptor);
  }

  void send(std::string_view text) const {
    EXPECT_EQ(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT),
              static_cast<ssize_t>(text.size()));
  }
  /// Sends the text at once, its last byte as TCP's urgent data.
  void send_urgent(std::string_view text) const {
    constexpr int yes = 1;
    EXPECT_EQ(::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes), 0);
    EXPECT_EQ(::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_OOB), static_cast<ssize_t>(text.size()));
  }
  /// Sends what the kernel takes of the text now; returns how many bytes.
  [[nodiscard]] std::size_t send_some(std::string_view text) const {
    const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  /// Takes what is there, at most one packet, and returns it.
  std::string receive_some() {
    std::array<char, 128 * 1024> buffer{};
    const ssize_t received = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    ended_ = ended_ || received == 0;
    was_reset_ = was_reset_ || (received < 0 && errno == ECONNRESET);
    std::string piece(buffer.data(), received < 0 ? 0 : static_cast<std::size_t>(received));
    received_ += piece;
    return piece;
  }

  [[nodiscard]] const std::string& received() const { return received_; }
  [[nodiscard]] bool has(std::string_view text) const { return received_.find(text) != std::string::npos; }
  /// How many answers have begun to arrive.
  [[nodiscard]] std::size_t answers() const {
    std::size_t count = 0;
    for (std::size_t at = received_.find("HTTP/1.1 "); at != std::string::npos;
         at = received_.find("HTTP/1.1 ", at + 1)) {
      ++count;
    }
    return count;
  }
  void forget() { received_.clear(); }
  [[nodiscard]] bool ended() const { return ended_; }
  [[nodiscard]] bool was_reset() const { return was_reset_; }

  void end_sending() const { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  /// Closes it with a reset (TCP only).
  void reset() {
    constexpr linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
  }

 private:
  int descriptor_;
  std::string received_;
  bool ended_ = false;
  bool was_reset_ = false;
};

}  // namespace gatehouse::http
