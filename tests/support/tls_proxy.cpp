#include "support/tls_proxy.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <vector>

namespace gatehouse::testing {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// One client and its connection to the server; closing either end ends both directions.
struct TlsProxy::Session {
  Session(tcp::socket accepted, boost::asio::ssl::context& tls)
      : client(std::move(accepted), tls), server(client.get_executor()) {}

  void close() {
    error_code ignored;
    client.next_layer().close(ignored);
    server.close(ignored);
  }

  boost::asio::ssl::stream<tcp::socket> client;
  tcp::socket server;
};

namespace {

constexpr std::size_t ssl_request_bytes = 8;  // length and code (PostgreSQL protocol, message SSLRequest)

/// Copies until one side ends.
template <class Session, class From, class To>
Task<> relay(std::shared_ptr<Session> session, From* from, To* to) {
  std::vector<char> buffer(16 * 1024);
  error_code error;
  while (true) {
    const auto size =
        co_await from->async_read_some(boost::asio::buffer(buffer), boost::asio::redirect_error(use_task, error));
    if (error) break;
    co_await boost::asio::async_write(*to, boost::asio::buffer(buffer.data(), size),
                                      boost::asio::redirect_error(use_task, error));
    if (error) break;
  }
  session->close();
}

}  // namespace

TlsProxy::TlsProxy(std::string server_host, std::uint16_t server_port, const Certificate& certificate)
    : server_host_(std::move(server_host)), server_port_(server_port) {
  tls_.use_certificate_chain_file(certificate.chain_path);
  tls_.use_private_key_file(certificate.key_path, boost::asio::ssl::context::pem);
  boost::asio::co_spawn(io_, accept(), boost::asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

TlsProxy::~TlsProxy() {
  io_.stop();
  thread_.join();
}

Task<> TlsProxy::accept() {
  while (true) {
    auto socket = co_await acceptor_.async_accept(use_task);
    auto session = std::make_shared<Session>(std::move(socket), tls_);
    boost::asio::co_spawn(io_, serve(std::move(session)), boost::asio::detached);
  }
}

Task<> TlsProxy::serve(std::shared_ptr<Session> session) {
  error_code error;
  std::array<char, ssl_request_bytes> request;
  co_await boost::asio::async_read(session->client.next_layer(), boost::asio::buffer(request),
                                   boost::asio::redirect_error(use_task, error));
  const char willing = 'S';
  co_await boost::asio::async_write(session->client.next_layer(), boost::asio::buffer(&willing, 1),
                                    boost::asio::redirect_error(use_task, error));
  co_await session->client.async_handshake(boost::asio::ssl::stream_base::server,
                                           boost::asio::redirect_error(use_task, error));
  if (error) co_return;  // the client refused the certificate
  const tcp::endpoint server{boost::asio::ip::make_address(server_host_), server_port_};
  co_await session->server.async_connect(server, boost::asio::redirect_error(use_task, error));
  if (error) co_return;
  auto* const client = &session->client;
  boost::asio::co_spawn(io_, relay(session, client, &session->server), boost::asio::detached);
  boost::asio::co_spawn(io_, relay(session, &session->server, client), boost::asio::detached);
}

}  // namespace gatehouse::testing
