#include "http/server.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::http {

namespace asio = boost::asio;

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
      executor_(io.get_executor()),
      tick_timer_(executor_) {}

std::uint16_t Server::listen(const std::string& host, std::uint16_t port) {
  listen(Listener::on_address(executor_, host, port), nullptr);
  return entrances_.back().listener.port();
}

void Server::listen(Listener listener, HandOver hand_over) {
  entrances_.emplace_back(executor_, std::move(listener), std::move(hand_over));
}

void Server::start() {
  tick();
  for (Entrance& entrance : entrances_) accept(entrance);
}

void Server::accept(Entrance& entrance) {
  entrance.listener.wait([this, &entrance](const boost::system::error_code& ec) {
    if (ec || !entrance.listener.is_open()) return;
    if (take_some(entrance) == Backlog::unreachable) {
      accept_after_pause(entrance);
    } else {
      accept(entrance);
    }
  });
}

/// Accepts connections that the kernel has completed, but only so many that those already open do not wait long.
Server::Backlog Server::take_some(Entrance& entrance) {
  for (int taken = 0; taken < accepts_per_turn;) {
    auto accepted = entrance.listener.accept();
    if (accepted) {
      admit(entrance, std::move(*accepted));
      ++taken;
    } else if (accepted.error() == EAGAIN || accepted.error() == EWOULDBLOCK) {
      return Backlog::empty;
    } else if (accepted.error() != EINTR && accepted.error() != ECONNABORTED) {
      return Backlog::unreachable;
    }
  }
  return Backlog::left;
}

/// The other servers may have ended already when this one drains.
void Server::admit(Entrance& entrance, Accepted accepted) {
  if (entrance.hand_over && !on_drained_) return entrance.hand_over(std::move(accepted));
  take(std::move(accepted));
}

void Server::take(Accepted accepted) {
  ConnectionCounts& counts = context_.counts;
  // A process on a Unix socket speaks for many clients, as a proxy does.
  auto part = accepted.peer ? shares_.take(*accepted.peer) : AddressShares::Part{};
  if (part && is_full()) make_room();
  const bool has_place = part && !is_full();
  const bool can_be_told = counts.turned_away.load(std::memory_order_relaxed) < turned_away_max;
  if (!has_place) context_.traffic.count_refused(Refusal::overload);
  Peer peer = accepted.peer ? Peer{*accepted.peer, context_.proxies, context_.backends}
                            : Peer::on_unix_socket(context_.proxies);
  // Over TLS a refusal would cost a handshake first.
  if (!has_place && (speaks_tls(context_, peer) || !can_be_told)) return;
  Place place = has_place ? Place{counts.served, std::move(*part)} : Place{counts.turned_away, {}};
  runtime::TcpSocket socket{executor_, accepted.socket.release()};
  const auto connection = make_connection(std::move(socket), std::move(peer), context_, std::move(place));
  connections_.push_back(*connection);
  if (has_place) {
    connection->start();
  } else {
    connection->turn_away();
  }
}

bool Server::is_full() const { return context_.counts.served.load(std::memory_order_relaxed) >= connections_max_; }

/// Of the connections that wait for a request, those that have never sent anything are closed first, then those that
/// have waited longest. Clients that keep a connection open must expect that (RFC 9112 section 9.5).
void Server::make_room() {
  std::vector<std::pair<Idleness, Connection*>> idle;
  for (Connection& connection : connections_) {
    if (const auto idleness = connection.idleness()) idle.emplace_back(*idleness, &connection);
  }
  // Connections that stepped aside may all have come back, above the limit.
  const std::uint32_t served = context_.counts.served.load(std::memory_order_relaxed);
  const std::size_t above = served - std::min(served, connections_max_);
  const std::size_t wanted = above + std::max(connections_max_ / emptied_part, 1U);
  const auto end = idle.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, idle.size()));
  std::partial_sort(idle.begin(), end, idle.end());
  for (auto one = idle.begin(); one != end; ++one) one->second->give_way();
}

void Server::accept_after_pause(Entrance& entrance) {
  entrance.pause.expires_after(accept_pause);
  entrance.pause.async_wait([this, &entrance](const boost::system::error_code& ec) {
    if (!ec && entrance.listener.is_open()) accept(entrance);
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
  for (Entrance& entrance : entrances_) entrance.listener.begin_end();
}

/// Clients whose connections the kernel has completed have been told that the service is there, so they are accepted.
void Server::stop_listening() {
  for (Entrance& entrance : entrances_) {
    while (entrance.listener.is_open() && take_some(entrance) == Backlog::left) {
    }
    entrance.listener.close();
  }
}

bool Server::is_listening() const {
  return std::ranges::any_of(entrances_, [](const Entrance& entrance) { return entrance.listener.is_open(); });
}

void Server::watch_drain() {
  const auto waited = std::chrono::steady_clock::now() - drain_begin_;
  if (is_listening() && waited >= handshake_grace) stop_listening();
  if (waited >= idle_grace) {
    for (auto connection = connections_.begin(); connection != connections_.end();) (connection++)->close_if_idle();
  }
  const bool is_empty = !is_listening() && connections_.empty();
  if (is_empty || waited >= context_.settings.shutdown_timeout) std::exchange(on_drained_, nullptr)();
}

}  // namespace gatehouse::http
