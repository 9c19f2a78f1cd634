#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "http/unix_socket.hpp"
#include "runtime/descriptor.hpp"
#include "runtime/task.hpp"

namespace gatehouse::http {

/// Throws boost::system::system_error if another process listens on the address. With SO_REUSEPORT the kernel would let
/// both share it and give each some of the other's clients.
void require_free_address(boost::asio::io_context& io, const std::string& host, std::uint16_t port);

/// A connection that the kernel has completed and that no io thread has taken yet.
struct Accepted {
  runtime::Descriptor socket;                    ///< non-blocking
  std::optional<boost::asio::ip::address> peer;  ///< nullopt for a process on a Unix socket, which has no address
};

/// A listening socket of one io thread.
class Listener {
 public:
  /// One of several on an IP address, one for each io thread (SO_REUSEPORT). Throws boost::system::system_error if the
  /// address is taken or is not one of this machine's. Port 0 picks a free port.
  [[nodiscard]] static Listener on_address(const Executor& executor, const std::string& host, std::uint16_t port);

  [[nodiscard]] static Listener on_path(const Executor& executor, UnixSocket socket);

  /// A socket that whoever started this process opened and keeps open. Returns why it cannot be used if it is not a
  /// listening TCP or Unix stream socket.
  [[nodiscard]] static std::expected<Listener, std::string> handed_over(const Executor& executor,
                                                                        runtime::Descriptor socket);

  /// Calls back once when a connection waits, or with an error when the listener is closed.
  template <class Handler>
  void wait(Handler handler) {
    socket_->async_wait(Socket::wait_read, std::move(handler));
  }

  /// The connection that has waited longest, or an error number of errno(3).
  [[nodiscard]] std::expected<Accepted, int> accept();

  /// Lets no new clients in; those that have already connected can still be accepted, and close() may follow after a
  /// while. A listener that was handed over is closed: whoever keeps it lets clients wait for the next process.
  void begin_end();
  void close();

  [[nodiscard]] bool is_open() const { return socket_->is_open(); }
  /// Of an IP address; 0 for a Unix socket.
  [[nodiscard]] std::uint16_t port() const;
  /// `127.0.0.1:8000`, `[::1]:8000` or `unix:/run/gatehouse/gatehouse.sock`.
  [[nodiscard]] std::string name() const;

 private:
  using Socket = boost::asio::posix::basic_stream_descriptor<Executor>;
  enum class Kind : std::uint8_t { address, path, handed_over };

  /// Takes ownership of the descriptor.
  Listener(const Executor& executor, Kind kind, int descriptor, std::optional<UnixSocketFile> file = std::nullopt)
      : kind_(kind),
        descriptor_(descriptor),
        socket_(std::make_unique<Socket>(executor, descriptor)),
        file_(std::move(file)) {}

  Kind kind_;
  int descriptor_;  ///< owned by socket_
  std::unique_ptr<Socket> socket_;
  std::optional<UnixSocketFile> file_;
};

}  // namespace gatehouse::http
