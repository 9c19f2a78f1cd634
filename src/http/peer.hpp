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
  /// A process of this machine, behind a Unix socket. Who may write there was let in by the socket's mode, so it is
  /// believed like one of TRUSTED_PROXIES on the loopback address.
  [[nodiscard]] static Peer on_unix_socket(const TrustedProxies& proxies) { return Peer{proxies}; }

  Peer(const boost::asio::ip::address& address, const TrustedProxies& proxies, const AddressRanges& backends)
      : proxies_(proxies),
        address_(plain_address(address)),
        text_(address_.to_string()),
        is_process_(false),
        is_proxy_(proxies.trusts(address_)),
        is_backend_(backends.contains(address_)) {}

  [[nodiscard]] const std::string& text() const { return text_; }

  /// It speaks in plain text where all others use TLS.
  [[nodiscard]] bool is_process() const { return is_process_; }

  /// It is one of the proxies that are believed.
  [[nodiscard]] bool is_proxy() const { return is_proxy_; }

  /// What it sends without TLS crosses no network that others read: it is on this machine, or a proxy that says its
  /// client speaks HTTPS. What a proxy says of its client counts on this machine, too. A list of protocols, or two of
  /// them, is not HTTPS.
  [[nodiscard]] bool is_confidential(const Headers& headers) const {
    if (!is_proxy_ || !headers.has(Field::forwarded_proto)) return address_.is_loopback();
    return headers.count(Field::forwarded_proto) == 1 &&
           boost::beast::iequals(headers[Field::forwarded_proto], "https");
  }

  /// It says for whom it speaks and is no proxy that is believed.
  [[nodiscard]] bool is_disbelieved(const Headers& headers) const {
    return !is_proxy_ && headers.has(Field::forwarded_for);
  }

  /// Whom a request comes from: this peer, or the client behind it where it is a proxy. The client has views into the
  /// peer and the request.
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
