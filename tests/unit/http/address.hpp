#pragma once

#include <boost/asio/ip/address.hpp>

namespace gatehouse::http {

inline boost::asio::ip::address address(const char* text) { return boost::asio::ip::make_address(text); }

}  // namespace gatehouse::http
