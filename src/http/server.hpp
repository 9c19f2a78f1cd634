#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "http/connection.hpp"
#include "http/listener.hpp"
#include "runtime/steady_timer.hpp"

namespace gatehouse::http {

/// Accepts connections on one io thread.
///
/// Each io thread has its own server on the same address (SO_REUSEPORT); the kernel spreads the connections. Any other
/// socket is shared by all io threads: one server accepts and hands the connections round. A server runs on the thread
/// of its io_context and is destroyed there after that has stopped.
class Server {
 public:
  /// What a server is made of; everything referred to outlives it.
  struct Parts {
    const ServerSettings& settings;
    const Clock& clock;
    Responder& responder;
    const TrustedProxies& proxies;
    const AddressRanges& backends;  ///< peers that each call for many clients
    crypto::Random& random;
    telemetry::AccessLog& access_log;
    ThreadTraffic& traffic;
    std::function<void(std::string_view peer)> on_disbelief;  ///< a peer that is no trusted proxy sent X-Forwarded-For
    ConnectionCounts& counts;
    AddressShares& shares;
    std::uint32_t connections_max;                   ///< of the whole process
    std::shared_ptr<boost::asio::ssl::context> tls;  ///< null: plain HTTP
  };

  /// `io` has a SocketReactor already.
  Server(boost::asio::io_context& io, const Parts& parts);

  /// Passes on a connection of a shared listener. Called on this server's thread.
  using HandOver = std::function<void(Accepted)>;

  /// Binds and listens. Throws boost::system::system_error if the address is taken or is not one of this machine's.
  /// Port 0 picks a free port. Returns the port.
  std::uint16_t listen(const std::string& host, std::uint16_t port);

  /// Accepts for several servers until it drains; connections that arrive after that stay with this server.
  void listen(Listener listener, HandOver hand_over);

  /// Serves a connection, or turns it away.
  void take(Accepted accepted);

  /// Switches to another certificate for connections that are accepted from now on. Not for a server of plain HTTP.
  void use(std::shared_ptr<boost::asio::ssl::context> tls) { context_.tls = std::move(tls); }

  /// Starts to accept.
  void start();

  /// From now on every answer closes its connection. Everything else goes on.
  void announce_end() { context_.common_headers.begin_draining(); }

  /// Stops accepting, closes idle connections after a short time in which a request may still arrive, and lets busy
  /// ones finish. `on_drained` is called once no connection is left or the shutdown timeout has passed.
  void drain(std::function<void()> on_drained);

 private:
  /// A listener, and the timer for its pause after a failure.
  struct Entrance {
    Entrance(const Executor& executor, Listener from, HandOver to)
        : listener(std::move(from)), pause(executor), hand_over(std::move(to)) {}

    Listener listener;
    runtime::SteadyTimer pause;
    HandOver hand_over;  ///< empty: this server keeps all connections
  };

  /// Whether connections still wait to be accepted; unreachable: accept failed, mostly because no descriptor is left.
  enum class Backlog : std::uint8_t { empty, left, unreachable };

  static constexpr int accepts_per_turn = 64;
  static constexpr std::chrono::milliseconds tick_interval{100};
  /// After an accept that failed, mostly for want of descriptors.
  static constexpr std::chrono::milliseconds accept_pause{100};
  static constexpr std::chrono::milliseconds idle_grace{500};
  /// While it drains, how long handshakes that have begun may take.
  static constexpr std::chrono::milliseconds handshake_grace{50};
  /// This many connections above the limit get a 503; more, and those over TLS, are closed without an answer.
  static constexpr std::uint32_t turned_away_max = 64;
  /// When no place is left, one in this many places is emptied at once, so that not every new connection requires a
  /// look at all the others.
  static constexpr std::uint32_t emptied_part = 128;

  void accept(Entrance& entrance);
  [[nodiscard]] Backlog take_some(Entrance& entrance);
  void admit(Entrance& entrance, Accepted accepted);
  [[nodiscard]] bool is_full() const;
  void make_room();
  void accept_after_pause(Entrance& entrance);
  [[nodiscard]] bool is_listening() const;
  void tick();
  void watch_drain();
  void stop_listening();

  RequestIds request_ids_;
  TraceIds trace_ids_;
  ConnectionContext context_;
  AddressShares& shares_;
  const std::uint32_t connections_max_;
  Executor executor_;
  std::deque<Entrance> entrances_;  ///< none may move while it waits
  runtime::SteadyTimer tick_timer_;
  boost::intrusive::list<Connection, boost::intrusive::constant_time_size<false>> connections_;
  std::function<void()> on_drained_;  ///< set while it drains
  std::chrono::steady_clock::time_point drain_begin_{};
};

}  // namespace gatehouse::http
