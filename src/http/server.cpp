#include "http/server.hpp"

#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

tcp::endpoint endpoint_of(const std::string& host, std::uint16_t port) {
  return {asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host), port};
}

/// A listener that is closed resets the connections whose handshake it has not finished, and clients take that for the
/// failure of their request. So handshakes that have begun are let through, and none begins: the filter drops each SYN
/// (socket(7), SO_ATTACH_FILTER; it sees the segment from the TCP header on). Its client asks again after a second, and
/// is refused by then. If the filter cannot be set, all is as without it.
void begin_no_handshake(int listener) {
  constexpr std::uint32_t flags_at = 13;
  constexpr std::uint32_t syn = 0x02;
  std::array<sock_filter, 4> program{{
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_at),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, syn, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xFFFFFFFF),
  }};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  setsockopt(listener, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter);
}

}  // namespace

void require_free_address(asio::io_context& io, const std::string& host, std::uint16_t port) {
  const tcp::endpoint endpoint = endpoint_of(host, port);
  asio::basic_socket_acceptor<tcp, Executor> probe(io.get_executor(), endpoint.protocol());
  probe.set_option(asio::socket_base::reuse_address(true));
  probe.bind(endpoint);
  probe.listen();
}

Server::Server(asio::io_context& io, const Parts& parts)
    : request_ids_(parts.random),
      trace_ids_(parts.random),
      context_{.settings = parts.settings,
               .clock = parts.clock,
               .responder = parts.responder,
               .proxies = parts.proxies,
               .backends = parts.backends,
               .request_ids = request_ids_,
               .trace_ids = trace_ids_,
               .access_log = parts.access_log,
               .traffic = parts.traffic,
               .on_disbelief = parts.on_disbelief,
               .counts = parts.counts,
               .tls = parts.tls,
               .limits = {parts.settings.header_bytes_max, parts.settings.body_bytes_max},
               .common_headers = CommonHeaders(parts.tls != nullptr, parts.clock.now(), parts.settings.server_timing)},
      shares_(parts.shares),
      connections_max_(parts.connections_max),
      acceptor_(io.get_executor()),
      tick_timer_(io.get_executor()),
      accept_timer_(io.get_executor()) {}

std::uint16_t Server::listen(const std::string& host, std::uint16_t port) {
  const tcp::endpoint endpoint = endpoint_of(host, port);
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(Acceptor::reuse_address(true));
  acceptor_.set_option(ReusePort(true));
  acceptor_.set_option(tcp::no_delay(true));  // accepted sockets inherit it
  acceptor_.bind(endpoint);
  acceptor_.listen();
  acceptor_.native_non_blocking(true);
  return acceptor_.local_endpoint().port();
}

void Server::start() {
  tick();
  accept();
}

void Server::accept() {
  acceptor_.async_wait(Acceptor::wait_read, [this](const boost::system::error_code& ec) {
    if (ec || !acceptor_.is_open()) return;
    if (take_some() == Backlog::unreachable) {
      accept_after_pause();
    } else {
      accept();
    }
  });
}

/// Connections that the kernel has completed, at most so many that those already open do not wait for long.
Server::Backlog Server::take_some() {
  for (int taken = 0; taken < accepts_per_turn;) {
    tcp::endpoint peer;
    auto length = static_cast<socklen_t>(peer.capacity());
    const int descriptor = accept4(acceptor_.native_handle(), peer.data(), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      peer.resize(length);
      take(runtime::TcpSocket(acceptor_.get_executor(), descriptor), peer.address());
      ++taken;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return Backlog::empty;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      return Backlog::unreachable;
    }
  }
  return Backlog::left;
}

void Server::take(runtime::TcpSocket socket, const asio::ip::address& peer) {
  ConnectionCounts& counts = context_.counts;
  auto part = shares_.take(peer);
  if (part && is_full()) make_room();
  const bool has_place = part && !is_full();
  const bool can_be_told = counts.turned_away.load(std::memory_order_relaxed) < turned_away_max;
  if (!has_place) context_.traffic.count_refused(Refusal::overload);
  // Over TLS a refusal would cost a handshake first.
  if (!has_place && (context_.tls != nullptr || !can_be_told)) return;
  Place place = has_place ? Place{counts.served, std::move(*part)} : Place{counts.turned_away, {}};
  const auto connection = make_connection(std::move(socket), peer, context_, std::move(place));
  connections_.push_back(*connection);
  if (has_place) {
    connection->start();
  } else {
    connection->turn_away();
  }
}

bool Server::is_full() const { return context_.counts.served.load(std::memory_order_relaxed) >= connections_max_; }

/// Of the connections that wait for a request, those of which nothing has ever come are closed first, then those that
/// have waited longest: clients that keep a connection open have to expect that (RFC 9112 section 9.5).
void Server::make_room() {
  std::vector<std::pair<Idleness, Connection*>> idle;
  for (Connection& connection : connections_) {
    if (const auto idleness = connection.idleness()) idle.emplace_back(*idleness, &connection);
  }
  // Those that stepped aside may all have come back.
  const std::uint32_t served = context_.counts.served.load(std::memory_order_relaxed);
  const std::size_t above = served - std::min(served, connections_max_);
  const std::size_t wanted = above + std::max(connections_max_ / emptied_part, 1U);
  const auto end = idle.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, idle.size()));
  std::partial_sort(idle.begin(), end, idle.end());
  for (auto one = idle.begin(); one != end; ++one) one->second->give_way();
}

void Server::accept_after_pause() {
  accept_timer_.expires_after(accept_pause);
  accept_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec && acceptor_.is_open()) accept();
  });
}

void Server::tick() {
  context_.common_headers.set_date(context_.clock.now());
  for (auto connection = connections_.begin(); connection != connections_.end();) (connection++)->enforce_deadline();
  context_.access_log.flush();
  if (on_drained_) watch_drain();
  tick_timer_.expires_after(tick_interval);
  tick_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) tick();
  });
}

void Server::drain(std::function<void()> on_drained) {
  on_drained_ = std::move(on_drained);
  announce_end();
  drain_begin_ = std::chrono::steady_clock::now();
  begin_no_handshake(acceptor_.native_handle());
}

/// Connections that the kernel has completed already are clients that were told the service is there.
void Server::stop_listening() {
  while (take_some() == Backlog::left) {
  }
  boost::system::error_code ec;
  acceptor_.close(ec);
}

void Server::watch_drain() {
  const auto waited = std::chrono::steady_clock::now() - drain_begin_;
  if (acceptor_.is_open() && waited >= handshake_grace) stop_listening();
  if (waited >= idle_grace) {
    for (auto connection = connections_.begin(); connection != connections_.end();) (connection++)->close_if_idle();
  }
  const bool is_empty = !acceptor_.is_open() && connections_.empty();
  if (is_empty || waited >= context_.settings.shutdown_timeout) std::exchange(on_drained_, nullptr)();
}

}  // namespace gatehouse::http
