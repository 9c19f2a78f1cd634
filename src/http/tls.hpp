#pragma once

#include <boost/asio/ssl/context.hpp>
#include <string>

namespace gatehouse::http {

/// A server's TLS: 1.2 and up, forward secrecy and AEAD only (RFC 9325), HTTP/1.1 by ALPN (RFC 7301).
/// `certificate_path` is a PEM chain, leaf first. Throws std::runtime_error that names the file it cannot use.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const std::string& certificate_path,
                                                         const std::string& key_path);

}  // namespace gatehouse::http
