#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace gatehouse::testing {

/// Speaks just enough of PostgreSQL's protocol to let clients log in, and then sends what a test wants: one of
/// `answers` after each query or Sync, the same ones to every client. Without answers it drops clients after the login,
/// like a pooler whose server is down; otherwise it keeps them until they go. Has its own thread, serves one client at
/// a time.
class ScriptedPostgres {
 public:
  explicit ScriptedPostgres(std::vector<std::string> answers);
  ~ScriptedPostgres();
  ScriptedPostgres(const ScriptedPostgres&) = delete;
  ScriptedPostgres& operator=(const ScriptedPostgres&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Clients that have been logged in and are gone.
  [[nodiscard]] int logins() const { return logins_; }

  /// What a server answers to a query that finds one row with this text, or NULL; ready() ends the answers to a query
  /// of the simple protocol or to a Sync.
  [[nodiscard]] static std::string row(const std::optional<std::string>& text);
  [[nodiscard]] static std::string ready();
  /// Must precede row() if the query came as Parse, Bind, Describe and Execute.
  [[nodiscard]] static std::string parsed_and_bound();
  /// An error, with its SQLSTATE.
  [[nodiscard]] static std::string refusal(const std::string& state, const std::string& text);

 private:
  void serve();
  void serve_one(boost::asio::ip::tcp::socket& client);

  const std::vector<std::string> answers_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::atomic<int> logins_ = 0;
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

}  // namespace gatehouse::testing
