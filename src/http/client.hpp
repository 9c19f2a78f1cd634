#pragma once

#include <boost/asio/ip/address.hpp>
#include <string_view>

#include "http/address.hpp"

namespace gatehouse::http {

/// Who sent a request, as far as that can be known.
struct Client {
  std::string_view text;             ///< of the address
  boost::asio::ip::address address;  ///< a plain_address()
  std::string_view user_agent;
  bool is_told = false;     ///< a trusted sender named this client; otherwise it is the connection's peer
  bool is_backend = false;  ///< a back end that calls for many clients and has not said for which

  /// Records that this is the client; its text is written to `buffer`.
  void tell(const boost::asio::ip::address& told, AddressText& buffer) {
    text = write_address(told, buffer);
    address = told;
    is_told = true;
    is_backend = false;
  }
};

}  // namespace gatehouse::http
