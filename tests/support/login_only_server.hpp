#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <thread>

namespace gatehouse::testing {

/// Speaks just enough of PostgreSQL's protocol to let clients log in, and then drops them: what a pooler does whose
/// server is down. A thread of its own, one client at a time.
class LoginOnlyServer {
 public:
  /// How a connection ends: by TCP's FIN, or by its RST, after which it takes nothing any more.
  enum class End { closed, reset };

  explicit LoginOnlyServer(End end = End::closed);
  ~LoginOnlyServer();
  LoginOnlyServer(const LoginOnlyServer&) = delete;
  LoginOnlyServer& operator=(const LoginOnlyServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Clients that have been logged in and dropped so far.
  [[nodiscard]] int logins() const { return logins_; }

 private:
  void serve();
  void serve_one(boost::asio::ip::tcp::socket& client);

  const End end_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::atomic<int> logins_ = 0;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::testing
