#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>

namespace gatehouse::redis {

/// Bytes to and from a server, with TLS or without. At most one read and one write at a time; handlers run on the io
/// thread, never inside the call that started them, and with an error after close(). Confined to one io thread.
class Stream {
 public:
  using Handler = std::move_only_function<void(boost::system::error_code, std::size_t)>;

  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  /// Reads at least one byte, and as many as there are.
  virtual void read(boost::asio::mutable_buffer buffer, Handler handler) = 0;
  /// Writes all bytes; they outlive the write.
  virtual void write(boost::asio::const_buffer bytes, Handler handler) = 0;
  virtual void close() noexcept = 0;
};

}  // namespace gatehouse::redis
