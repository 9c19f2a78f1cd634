#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

namespace gatehouse::testing {

/// A port of 127.0.0.1 that nobody else is given while this lives. It is bound but not listened on, so connections are
/// refused; a server that wants to listen on it sets SO_REUSEADDR, as most servers do.
class ReservedPort {
 public:
  ReservedPort() {
    const boost::asio::ip::tcp::endpoint any{boost::asio::ip::address_v4::loopback(), 0};
    socket_.open(any.protocol());
    socket_.set_option(boost::asio::ip::tcp::socket::reuse_address(true));
    socket_.bind(any);
    number_ = socket_.local_endpoint().port();
  }

  [[nodiscard]] std::uint16_t number() const { return number_; }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  std::uint16_t number_ = 0;
};

}  // namespace gatehouse::testing
