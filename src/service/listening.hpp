#pragma once

#include <boost/asio/io_context.hpp>
#include <vector>

#include "http/listener.hpp"
#include "http/server_settings.hpp"
#include "service/supervisor.hpp"

namespace gatehouse::service {

/// The sockets that the supervisor has opened for this process: if there are any, it listens on them alone, and not on
/// what the settings name. Throws std::runtime_error if one of them cannot be used.
[[nodiscard]] std::vector<http::Listener> take_handed_sockets(boost::asio::io_context& io,
                                                              const Supervisor& supervisor);

/// Throws std::runtime_error if it is not possible to listen on HOST and PORT, or on LISTEN_UNIX.
void require_free_places(boost::asio::io_context& io, const http::ServerSettings& server);

/// A listener on LISTEN_UNIX, which is set. Throws std::runtime_error if it cannot listen there.
[[nodiscard]] http::Listener open_unix_listener(boost::asio::io_context& io, const http::ServerSettings& server);

}  // namespace gatehouse::service
