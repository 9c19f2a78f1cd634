#pragma once

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/intrusive/list_hook.hpp>
#include <cstdint>
#include <memory>

#include "base/clock.hpp"
#include "http/answer.hpp"
#include "http/request_ids.hpp"
#include "http/request_parser.hpp"
#include "http/responder.hpp"
#include "http/server_settings.hpp"
#include "http/trusted_proxies.hpp"
#include "runtime/tcp_socket.hpp"
#include "telemetry/access_log.hpp"

namespace gatehouse::http {

/// How many connections a process has: those that are served, and those that are being told that there is no place.
struct ConnectionCounts {
  std::atomic<std::uint32_t> served = 0;
  std::atomic<std::uint32_t> turned_away = 0;
};

/// What the connections of one io thread share. Owned by the Server, outlives them.
struct ConnectionContext {
  const ServerSettings& settings;
  const Clock& clock;
  Responder& responder;
  const TrustedProxies& proxies;
  RequestIds& request_ids;
  telemetry::AccessLog& access_log;
  ConnectionCounts& counts;        ///< of the whole process; outlives the event loop
  boost::asio::ssl::context* tls;  ///< null: plain HTTP
  ParserLimits limits;
  CommonHeaders common_headers;
};

/// A connection as its server sees it.
///
/// Life: [handshake →] (read → parse → dispatch → answer → write)* → [linger →] close. The operation it waits for keeps
/// it alive; it is gone when nothing is pending. Only its io thread touches it.
class Connection : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  virtual ~Connection() = default;
  virtual void start() = 0;
  /// Instead of start(), where every place is taken: answers 503 to whatever the client asks. Plain HTTP only.
  virtual void turn_away() = 0;
  /// Acts where a deadline has passed: 408 for a slow request, the end for everything else.
  virtual void enforce_deadline() = 0;
  /// Ends the connection if it is between two requests, and the next one has not arrived unread.
  virtual void close_if_idle() = 0;
};

/// In plain HTTP, or over TLS where context.tls is given. It counts in `count`, one of context.counts, while it lives.
[[nodiscard]] std::shared_ptr<Connection> make_connection(runtime::TcpSocket socket,
                                                          const boost::asio::ip::address& peer,
                                                          ConnectionContext& context,
                                                          std::atomic<std::uint32_t>& count);

}  // namespace gatehouse::http
