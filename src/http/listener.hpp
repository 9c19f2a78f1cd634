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

/// A connection that the kernel has completed and no io thread has yet.
struct Accepted {
  runtime::Descriptor socket;                    ///< non-blocking
  std::optional<boost::asio::ip::address> peer;  ///< nothing for a process behind a Unix socket, which has none
};

/// A socket that listens, on one io thread.
class Listener {
 public:
  /// One of several on an IP address, one for each io thread (SO_REUSEPORT). Throws boost::system::system_error where
  /// the address is taken or not this machine's. Port 0 takes a free one.
  [[nodiscard]] static Listener on_address(const Executor& executor, const std::string& host, std::uint16_t port);

  [[nodiscard]] static Listener on_path(const Executor& executor, UnixSocket socket);

  /// One that whoever started this process opened and keeps. Why it cannot be used, where it is not a stream socket of
  /// TCP or Unix that listens.
  [[nodiscard]] static std::expected<Listener, std::string> handed_over(const Executor& executor,
                                                                        runtime::Descriptor socket);

  /// Calls back once when a connection waits, or with an error when the listener is closed.
  template <class Handler>
  void wait(Handler handler) {
    socket_->async_wait(Socket::wait_read, std::move(handler));
  }

  /// The connection that waits for longest, or the number of the error in errno(3).
  [[nodiscard]] std::expected<Accepted, int> accept();

  /// From now on nobody comes but who has come already; close() may follow after a while. One that was handed over is
  /// closed: whoever keeps it lets its clients wait for the next process.
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

  /// Takes the descriptor over.
  Listener(const Executor& executor, Kind kind, int descriptor, std::optional<UnixSocketFile> file = std::nullopt)
      : kind_(kind),
        descriptor_(descriptor),
        socket_(std::make_unique<Socket>(executor, descriptor)),
        file_(std::move(file)) {}

  Kind kind_;
  int descriptor_;  ///< that socket_ owns
  std::unique_ptr<Socket> socket_;
  std::optional<UnixSocketFile> file_;
};

}  // namespace gatehouse::http
