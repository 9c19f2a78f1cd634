#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "telemetry/line_writer.hpp"

namespace gatehouse::telemetry {

/// A fixed piece of memory for finished access lines.
class AccessBuffer {
 public:
  static constexpr std::size_t capacity = 64 * 1024;

  AccessBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}
  [[nodiscard]] std::string_view text() const noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::size_t free_bytes() const noexcept { return capacity - size_; }
  [[nodiscard]] std::uint32_t lines() const noexcept { return lines_; }
  [[nodiscard]] char* end() noexcept { return bytes_.get() + size_; }
  void add_line(const char* new_end) noexcept {
    size_ = static_cast<std::size_t>(new_end - bytes_.get());
    ++lines_;
  }
  void clear() noexcept { size_ = lines_ = 0; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
  std::uint32_t lines_ = 0;
};

/// Writes the access logs' full buffers on a thread of its own. One per process.
///
/// It owns a fixed number of buffers. When the reader of the log is so slow that all of them wait, exchange() drops the
/// lines it is given and counts them: an io thread never waits for a log. The destructor writes what is queued, unless
/// the reader is stuck. Every AccessLog is destroyed before it.
class AccessLogWriter {
 public:
  /// `writer` outlives it. `logs` is how many AccessLogs there will be.
  AccessLogWriter(LineWriter& writer, unsigned logs);
  ~AccessLogWriter();
  AccessLogWriter(const AccessLogWriter&) = delete;
  AccessLogWriter& operator=(const AccessLogWriter&) = delete;

  /// Queues a buffer for writing and returns an empty one. Holds a lock for a few instructions; never allocates.
  [[nodiscard]] AccessBuffer exchange(AccessBuffer full) noexcept;

  /// Lines lost because no buffer was free or the reader did not take them. Any thread.
  [[nodiscard]] std::uint64_t dropped_lines() const noexcept { return dropped_lines_.load(std::memory_order_relaxed); }

 private:
  void run();

  LineWriter& writer_;
  std::atomic<std::uint64_t> dropped_lines_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<AccessBuffer> queued_;  ///< guarded by mutex_; capacity reserved
  std::vector<AccessBuffer> free_;    ///< guarded by mutex_; capacity reserved
  bool is_stopping_ = false;          ///< guarded by mutex_
  std::thread thread_;
};

/// What one answered request leaves behind. Texts are read during append() only.
struct AccessLine {
  TimePoint time;
  std::string_view request_id;
  std::string_view method;
  std::string_view path;  ///< of the request target; a query string is cut off, for it may hold secrets
  unsigned status = 0;
  std::uint64_t bytes = 0;  ///< of the whole answer
  std::chrono::microseconds duration{};
  std::string_view client;  ///< address, without port
};

/// One io thread's access log: a JSON line per request, `{"time":…,"level":"info","event":"request","request_id":…,
/// "method":…,"path":…,"status":200,"bytes":512,"duration_us":42,"client":…}`.
///
/// append() formats into this thread's buffer: no lock, no system call, no allocation. A full buffer goes to the
/// AccessLogWriter; call flush() from the thread's coarse timer so that a quiet server's lines appear too. Texts are
/// cut (path at 256 bytes, the others at 64) and escaped. Only its own thread may use it; the destructor flushes.
class AccessLog {
 public:
  static constexpr std::size_t path_bytes_max = 256;
  static constexpr std::size_t text_bytes_max = 64;

  /// Without a writer (LOG_LEVEL above info) it does nothing.
  explicit AccessLog(AccessLogWriter* writer);
  ~AccessLog() { flush(); }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  [[nodiscard]] bool is_enabled() const noexcept { return writer_ != nullptr; }
  void append(const AccessLine& line);
  void flush();

 private:
  char* put_time(char* out, TimePoint time);
  char* put_quoted(char* out, std::string_view text);

  AccessLogWriter* const writer_;
  AccessBuffer buffer_;
  std::string prefix_;          ///< `{"time":"2025-01-22T10:30:00.`, of prefix_second_
  std::int64_t prefix_second_;  ///< since 1970
  std::string scratch_;         ///< for texts that need escapes
};

}  // namespace gatehouse::telemetry
