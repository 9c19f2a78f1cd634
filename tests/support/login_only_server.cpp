#include "support/login_only_server.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <string_view>

namespace gatehouse::testing {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::uint32_t encryption_request_length = 8;
constexpr std::string_view not_encrypted = "N";
/// AuthenticationOk and ReadyForQuery.
constexpr std::string_view logged_in{"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", 15};

/// A message that begins with its length, as the first ones of a connection do; the length.
std::uint32_t read_start_message(tcp::socket& client) {
  std::array<unsigned char, 4> head{};
  asio::read(client, asio::buffer(head));
  const std::uint32_t length = static_cast<std::uint32_t>(head[0]) << 24U | static_cast<std::uint32_t>(head[1]) << 16U |
                               static_cast<std::uint32_t>(head[2]) << 8U | head[3];
  std::string rest(length - head.size(), '\0');
  asio::read(client, asio::buffer(rest));
  return length;
}

}  // namespace

LoginOnlyServer::LoginOnlyServer(End end)
    : end_(end),
      acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
      port_(acceptor_.local_endpoint().port()),
      thread_([this] { serve(); }) {}

LoginOnlyServer::~LoginOnlyServer() {
  stopped_ = true;
  boost::system::error_code ignored;
  tcp::socket{io_}.connect(acceptor_.local_endpoint(), ignored);
  thread_.join();
}

void LoginOnlyServer::serve() {
  while (true) {
    tcp::socket client = acceptor_.accept();
    if (stopped_) return;
    try {
      serve_one(client);
    } catch (const boost::system::system_error&) {  // the client went first
      continue;
    }
  }
}

void LoginOnlyServer::serve_one(tcp::socket& client) {
  while (read_start_message(client) == encryption_request_length) asio::write(client, asio::buffer(not_encrypted));
  asio::write(client, asio::buffer(logged_in));
  if (end_ == End::reset) client.set_option(asio::socket_base::linger{true, 0});
  client.close();
  ++logins_;
}

}  // namespace gatehouse::testing
