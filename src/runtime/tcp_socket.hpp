#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include "runtime/socket_reactor.hpp"
#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// A connected stream socket, TCP or Unix, on the SocketReactor. It is an AsyncReadStream and AsyncWriteStream in
/// Asio's terms, so TLS and async_write() work with it.
///
/// A read waits until there is something to read; a write is tried first, since the kernel nearly always takes it.
/// At most one read and one write may be pending. Their handlers run on the io_context's thread, never inside the call
/// that started them, and get operation_aborted after close() or cancel(). Belongs to one io thread.
class TcpSocket {
 public:
  using executor_type = Executor;       // NOLINT(readability-identifier-naming): Asio's name
  using lowest_layer_type = TcpSocket;  // NOLINT(readability-identifier-naming): Asio's name
  using ErrorCode = boost::system::error_code;
  using Handler = std::move_only_function<void(ErrorCode, std::size_t)>;

  /// Takes ownership of the descriptor, which must be connected and non-blocking.
  TcpSocket(const Executor& executor, int descriptor);
  TcpSocket(TcpSocket&& other) noexcept;
  TcpSocket& operator=(TcpSocket&&) = delete;
  ~TcpSocket();

  [[nodiscard]] executor_type get_executor() const noexcept;
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }
  [[nodiscard]] bool is_open() const noexcept;
  /// Whether there is received data that no read has taken yet. False for data that a pending read does not take within
  /// unread_max of the first question, because then it never will.
  [[nodiscard]] bool has_unread() noexcept;
  static constexpr std::chrono::seconds unread_max{1};

  /// A token that is asked to stop once the other side has ended or reset the connection, or it was closed here; this
  /// is noticed without a read. A client that has sent its request and closes only its own direction cannot be told
  /// apart from one that went away.
  [[nodiscard]] std::stop_token end_token();

  void cancel();
  void close() noexcept;
  void shutdown_send() noexcept;
  /// Closes it with a reset, so that the other side knows that what it received is incomplete. A Unix socket has no
  /// reset: the other side sees the end of the stream.
  void reset() noexcept;

  [[nodiscard]] SocketReactor& reactor() const noexcept;

  /// Sends without waiting and returns the number of bytes sent; `error` is would_block if there is no room.
  std::size_t write_some(boost::asio::const_buffer bytes, ErrorCode& error) noexcept;

  // NOLINTBEGIN(cppcoreguidelines-missing-std-forward): async_initiate() takes tokens by reference
  template <class MutableBuffers, class Token>
  auto async_read_some(const MutableBuffers& buffers, Token&& token) {
    const auto begin = [this](auto handler, boost::asio::mutable_buffer buffer) { read(buffer, std::move(handler)); };
    return boost::asio::async_initiate<Token, void(ErrorCode, std::size_t)>(begin, token,
                                                                            first<MutableBuffer>(buffers));
  }

  template <class ConstBuffers, class Token>
  auto async_write_some(const ConstBuffers& buffers, Token&& token) {
    const auto begin = [this](auto handler, boost::asio::const_buffer buffer) { write(buffer, std::move(handler)); };
    return boost::asio::async_initiate<Token, void(ErrorCode, std::size_t)>(begin, token, first<ConstBuffer>(buffers));
  }
  // NOLINTEND(cppcoreguidelines-missing-std-forward)

 private:
  class State;
  using MutableBuffer = boost::asio::mutable_buffer;
  using ConstBuffer = boost::asio::const_buffer;

  /// The first buffer that is not empty: a stream may do less than it was asked to.
  template <class Buffer, class Buffers>
  [[nodiscard]] static Buffer first(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end; ++it) {
      if (Buffer buffer = *it; buffer.size() > 0) return buffer;
    }
    return {};
  }

  void read(MutableBuffer buffer, Handler handler);
  void write(ConstBuffer buffer, Handler handler);

  std::unique_ptr<State> state_;
};

}  // namespace gatehouse::runtime
