#pragma once

#include <boost/beast/core/string.hpp>
#include <string>

#include "http/address_ranges.hpp"
#include "http/request.hpp"
#include "http/trusted_proxies.hpp"

namespace gatehouse::http {

/// The other end of a connection, and whom it may speak for. Outlives its requests; `proxies` outlives it.
class Peer {
 public:
  /// A process on this machine that connected over a Unix socket. The socket's mode decides who may connect, so it is
  /// trusted like one of TRUSTED_PROXIES on the loopback address.
  [[nodiscard]] static Peer on_unix_socket(const TrustedProxies& proxies) { return Peer{proxies}; }

  Peer(const boost::asio::ip::address& address, const TrustedProxies& proxies, const AddressRanges& backends)
      : proxies_(proxies),
        address_(plain_address(address)),
        text_(address_.to_string()),
        is_process_(false),
        is_proxy_(proxies.trusts(address_)),
        is_backend_(backends.contains(address_)) {}

  [[nodiscard]] const std::string& text() const { return text_; }

  /// Whether it is on a Unix socket, and so speaks plain text even if all others use TLS.
  [[nodiscard]] bool is_process() const { return is_process_; }

  /// Whether it is one of the trusted proxies.
  [[nodiscard]] bool is_proxy() const { return is_proxy_; }

  /// Whether nobody else can read what it sends without TLS: it is on this machine, or it is a proxy that says its
  /// client uses HTTPS. What a proxy on this machine says of its client counts, too. A list of protocols, or a repeated
  /// field, is not HTTPS.
  [[nodiscard]] bool is_confidential(const Headers& headers) const {
    if (!is_proxy_ || !headers.has(Field::forwarded_proto)) return address_.is_loopback();
    return headers.count(Field::forwarded_proto) == 1 &&
           boost::beast::iequals(headers[Field::forwarded_proto], "https");
  }

  /// Whether it says for whom it speaks although it is not a trusted proxy.
  [[nodiscard]] bool is_disbelieved(const Headers& headers) const {
    return !is_proxy_ && headers.has(Field::forwarded_for);
  }

  /// Who sent a request: this peer, or the client behind it if it is a proxy. The result has views into the peer and
  /// the request.
  [[nodiscard]] Client client_of(Request& request) const {
    Client client{.text = text_,
                  .address = address_,
                  .user_agent = request.headers[Field::user_agent],
                  .is_told = false,
                  .is_backend = is_backend_};
    if (!is_proxy_) return client;
    const auto forwarded = proxies_.client_behind(request.headers.forwarded_for());
    if (forwarded) client.tell(*forwarded, request.client_text);
    return client;
  }

 private:
  /// On a Unix socket.
  explicit Peer(const TrustedProxies& proxies)
      : proxies_(proxies),
        address_(boost::asio::ip::address_v4::loopback()),
        text_(address_.to_string()),
        is_process_(true),
        is_proxy_(true),
        is_backend_(true) {}

  const TrustedProxies& proxies_;
  const boost::asio::ip::address address_;
  std::string text_;
  const bool is_process_;
  const bool is_proxy_;
  const bool is_backend_;
};

}  // namespace gatehouse::http
