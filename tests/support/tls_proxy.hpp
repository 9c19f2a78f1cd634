#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <string>
#include <thread>

#include "runtime/task.hpp"

namespace gatehouse::testing {

/// A PostgreSQL server with TLS, as a client sees it: answers the SSLRequest, shows a certificate, and passes what it
/// decrypts on to a server without TLS. On a free port of 127.0.0.1, with a thread of its own.
class TlsProxy {
 public:
  struct Certificate {
    std::string chain_path;  ///< PEM
    std::string key_path;    ///< PEM
  };

  TlsProxy(std::string server_host, std::uint16_t server_port, const Certificate& certificate);
  ~TlsProxy();
  TlsProxy(const TlsProxy&) = delete;
  TlsProxy& operator=(const TlsProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  struct Session;

  Task<> accept();
  Task<> serve(std::shared_ptr<Session> session);

  const std::string server_host_;
  const std::uint16_t server_port_;
  boost::asio::io_context io_{1};
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread thread_;
};

}  // namespace gatehouse::testing
