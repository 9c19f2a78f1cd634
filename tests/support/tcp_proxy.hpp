#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/reserved_port.hpp"

namespace gatehouse::testing {

/// A TCP relay on 127.0.0.1 with its own thread, through which a test reaches a server and then disturbs the
/// connection: cut, silent, in pieces, or whole again. Its methods block: each returns when its effect is there.
class TcpProxy {
 public:
  TcpProxy(std::string host, std::uint16_t port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_.number(); }

  /// Closes every connection and refuses new ones.
  void cut();
  /// Keeps connections and accepts new ones, but passes nothing on.
  void silence();
  /// Cuts what clients send in two before every `marker`; the second part follows a little later. To be called before
  /// the first client comes.
  void cut_before(std::string marker) { marker_ = std::move(marker); }
  /// Accepts and passes on again.
  void restore();

 private:
  class Link;

  void on_thread(void (TcpProxy::*action)());
  void do_cut();
  void do_silence();
  void do_restore();
  void listen();
  void accept();

  const std::string host_;
  const std::uint16_t server_port_;
  const ReservedPort port_;  ///< reserved, so that the relay can be cut and listen again
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  std::vector<std::weak_ptr<Link>> links_;
  bool silent_ = false;
  std::string marker_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_;
};

}  // namespace gatehouse::testing
