#include "http/listener.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstddef>
#include <limits>

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using runtime::Descriptor;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

tcp::endpoint endpoint_of(const std::string& host, std::uint16_t port) {
  return {asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host), port};
}

/// Room for every kind of address there is.
union AnyAddress {
  sockaddr_storage storage;
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
  sockaddr_un local;
};

std::optional<tcp::endpoint> endpoint_in(const AnyAddress& address) {
  tcp::endpoint endpoint;
  if (address.any.sa_family == AF_INET) {
    endpoint = {asio::ip::address_v4{ntohl(address.v4.sin_addr.s_addr)}, ntohs(address.v4.sin_port)};
  } else if (address.any.sa_family == AF_INET6) {
    asio::ip::address_v6::bytes_type bytes{};
    std::ranges::copy(address.v6.sin6_addr.s6_addr, bytes.begin());
    endpoint = {asio::ip::address_v6{bytes}, ntohs(address.v6.sin6_port)};
  } else {
    return std::nullopt;
  }
  return endpoint;
}

/// The address that a socket is bound to.
AnyAddress own_address(int socket) {
  AnyAddress address{};
  socklen_t length = sizeof address;
  ::getsockname(socket, &address.any, &length);
  return address;
}

int option_of(int socket, int option) {
  int value = -1;
  socklen_t length = sizeof value;
  return ::getsockopt(socket, SOL_SOCKET, option, &value, &length) == 0 ? value : -1;
}

/// Closing a listener resets the connections that nobody has accepted yet, and clients take that for the failure of
/// their request. Bound to an interface that does not exist (socket(7), SO_BINDTOIFINDEX), it gets no more of them: new
/// clients are refused at once, and handshakes that have begun go on. This needs no privilege since Linux 5.7; if it
/// fails, nothing changes.
void begin_no_handshake(int listener) {
  constexpr int no_interface = std::numeric_limits<int>::max();
  ::setsockopt(listener, SOL_SOCKET, SO_BINDTOIFINDEX, &no_interface, sizeof no_interface);
}

}  // namespace

void require_free_address(asio::io_context& io, const std::string& host, std::uint16_t port) {
  const tcp::endpoint endpoint = endpoint_of(host, port);
  Acceptor probe(io.get_executor(), endpoint.protocol());
  probe.set_option(asio::socket_base::reuse_address(true));
  probe.bind(endpoint);  // no listen(2): a client that connected at that moment would be reset
}

Listener Listener::on_address(const Executor& executor, const std::string& host, std::uint16_t port) {
  const tcp::endpoint endpoint = endpoint_of(host, port);
  Acceptor acceptor(executor, endpoint.protocol());
  acceptor.set_option(Acceptor::reuse_address(true));
  acceptor.set_option(ReusePort(true));
  acceptor.set_option(tcp::no_delay(true));  // accepted sockets inherit it
  acceptor.bind(endpoint);
  acceptor.listen();
  acceptor.native_non_blocking(true);
  return {executor, Kind::address, acceptor.release()};
}

Listener Listener::on_path(const Executor& executor, UnixSocket socket) {
  return {executor, Kind::path, socket.descriptor.release(), std::move(socket.file)};
}

std::expected<Listener, std::string> Listener::handed_over(const Executor& executor, Descriptor socket) {
  const int domain = option_of(socket.get(), SO_DOMAIN);
  const bool is_tcp = domain == AF_INET || domain == AF_INET6;
  if ((!is_tcp && domain != AF_UNIX) || option_of(socket.get(), SO_TYPE) != SOCK_STREAM) {
    return std::unexpected("it is not a stream socket, TCP or Unix");
  }
  if (option_of(socket.get(), SO_ACCEPTCONN) != 1) return std::unexpected("it does not listen (Accept=no)");
  constexpr int on = 1;
  if (is_tcp) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) | O_NONBLOCK);
  return Listener{executor, Kind::handed_over, socket.release()};
}

std::expected<Accepted, int> Listener::accept() {
  AnyAddress peer{};
  socklen_t length = sizeof peer;
  Descriptor socket{::accept4(descriptor_, &peer.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (!socket) return std::unexpected(errno);
  Accepted accepted{.socket = std::move(socket), .peer = std::nullopt};
  if (const auto endpoint = endpoint_in(peer)) accepted.peer = endpoint->address();
  return accepted;
}

void Listener::begin_end() {
  if (kind_ == Kind::address) begin_no_handshake(descriptor_);
  if (file_) file_->remove();
  if (kind_ == Kind::handed_over) close();
}

void Listener::close() {
  boost::system::error_code ec;
  socket_->close(ec);
}

std::uint16_t Listener::port() const {
  const auto endpoint = endpoint_in(own_address(descriptor_));
  return endpoint ? endpoint->port() : 0;
}

std::string Listener::name() const {
  const AnyAddress address = own_address(descriptor_);
  const auto endpoint = endpoint_in(address);
  if (!endpoint) return std::string{"unix:"} + address.local.sun_path;
  const std::string host = endpoint->address().to_string();
  return (endpoint->address().is_v6() ? '[' + host + ']' : host) + ':' + std::to_string(endpoint->port());
}

}  // namespace gatehouse::http
