#include "service/listening.hpp"

#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::service {
namespace {

http::UnixSocket open_unix_socket(const http::UnixSocketSettings& settings) {
  auto socket = http::listen_on(settings);
  if (socket) return std::move(*socket);
  throw std::runtime_error("cannot listen on LISTEN_UNIX " + settings.path + ": " + socket.error());
}

}  // namespace

std::vector<http::Listener> take_handed_sockets(boost::asio::io_context& io, const Supervisor& supervisor) {
  std::vector<http::Listener> listeners;
  for (const int number : supervisor.handed_sockets()) {
    auto listener = http::Listener::handed_over(io.get_executor(), runtime::Descriptor{number});
    if (!listener) {
      throw std::runtime_error("cannot listen on descriptor " + std::to_string(number) +
                               " of LISTEN_FDS: " + listener.error());
    }
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

void require_free_places(boost::asio::io_context& io, const http::ServerSettings& server) {
  if (server.unix_socket.is_set()) (void)open_unix_socket(server.unix_socket);
  if (!server.port) return;
  try {
    http::require_free_address(io, server.host, *server.port);
  } catch (const boost::system::system_error& failure) {
    throw std::runtime_error("cannot listen on HOST " + server.host + ", PORT " + std::to_string(*server.port) + ": " +
                             failure.code().message());
  }
}

http::Listener open_unix_listener(boost::asio::io_context& io, const http::ServerSettings& server) {
  return http::Listener::on_path(io.get_executor(), open_unix_socket(server.unix_socket));
}

}  // namespace gatehouse::service
