#pragma once

#include <atomic>
#include <boost/asio/ssl/context.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "http/address_shares.hpp"
#include "http/answer.hpp"
#include "http/peer.hpp"
#include "http/request_ids.hpp"
#include "http/request_parser.hpp"
#include "http/responder.hpp"
#include "http/server_settings.hpp"
#include "http/trace_ids.hpp"
#include "http/traffic.hpp"
#include "http/trusted_proxies.hpp"
#include "runtime/tcp_socket.hpp"
#include "telemetry/access_log.hpp"

namespace gatehouse::http {

/// How many connections a process has: those it serves, and those it turns away because there are too many.
struct ConnectionCounts {
  std::atomic<std::uint32_t> served = 0;
  std::atomic<std::uint32_t> turned_away = 0;
};

/// What the connections of one io thread share. Owned by the Server; outlives them.
struct ConnectionContext {
  const ServerSettings& settings;
  const Clock& clock;
  Responder& responder;
  const TrustedProxies& proxies;
  const AddressRanges& backends;
  RequestIds& request_ids;
  TraceIds& trace_ids;
  telemetry::AccessLog& access_log;
  ThreadTraffic& traffic;
  std::function<void(std::string_view peer)> on_disbelief;  ///< a peer that is no trusted proxy sent X-Forwarded-For
  ConnectionCounts& counts;                                 ///< of the whole process; outlives the event loop
  std::shared_ptr<boost::asio::ssl::context> tls;           ///< null: plain HTTP
  ParserLimits limits;
  CommonHeaders common_headers;
};

/// How expendable a connection is while it waits for a request: the smallest is closed first.
struct Idleness {
  bool has_spoken;                                 ///< some byte of a request has arrived, now or earlier
  std::chrono::steady_clock::time_point deadline;  ///< of the wait
  friend auto operator<=>(const Idleness&, const Idleness&) = default;
};

/// The place of a connection in its process, and in its address's share.
class Place {
 public:
  /// Counts itself in `count`, one of ConnectionCounts, which outlives it.
  Place(std::atomic<std::uint32_t>& count, AddressShares::Part part) : count_(&count), part_(std::move(part)) {
    ++*count_;
  }
  Place(Place&& other) noexcept : count_(std::exchange(other.count_, nullptr)), part_(std::move(other.part_)) {}
  Place& operator=(Place&&) = delete;
  ~Place() { leave(); }

  /// It does not count until step_back().
  void step_aside() {
    if (count_ != nullptr && !std::exchange(is_aside_, true)) --*count_;
  }
  /// Returns whether it had stepped aside.
  bool step_back() {
    if (!std::exchange(is_aside_, false)) return false;
    ++*count_;
    return true;
  }

  /// Gives the place up before the connection itself is gone.
  void leave() {
    step_back();
    if (count_ != nullptr) --*std::exchange(count_, nullptr);
    const AddressShares::Part given_back = std::move(part_);
  }

 private:
  std::atomic<std::uint32_t>* count_;
  bool is_aside_ = false;
  AddressShares::Part part_;
};

/// A connection as its server sees it.
///
/// Life: [handshake →] (read → parse → dispatch → answer → write)* → [linger →] close. The operation it waits for keeps
/// it alive; it is gone when nothing is pending. Only its io thread touches it.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  /// Called instead of start() when there are too many connections: sends one 503 and closes. Plain HTTP only.
  virtual void turn_away() = 0;
  /// Acts on a passed deadline: a slow request gets a 408, any other connection is closed.
  virtual void enforce_deadline() = 0;
  /// Closes the connection if it is between two requests and nothing of the next one has arrived.
  virtual void close_if_idle() = 0;
  /// nullopt while it is busy.
  [[nodiscard]] virtual std::optional<Idleness> idleness() const = 0;
  /// Closes the connection and leaves its place, unless a request has just arrived.
  virtual void give_way() = 0;
};

/// Whether connections of this peer are encrypted. No other process reads what goes through a Unix socket.
[[nodiscard]] inline bool speaks_tls(const ConnectionContext& context, const Peer& peer) {
  return context.tls != nullptr && !peer.is_process();
}

/// Makes a connection, plain or over TLS, as speaks_tls() says. It keeps its place while it lives.
[[nodiscard]] std::shared_ptr<Connection> make_connection(runtime::TcpSocket socket, Peer peer,
                                                          ConnectionContext& context, Place place);

}  // namespace gatehouse::http
