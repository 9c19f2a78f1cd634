#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "telemetry/log_queue.hpp"

namespace gatehouse::telemetry {

/// What the access log says about one answered request. The texts are read only during append().
struct AccessLine {
  TimePoint time;
  std::string_view request_id;
  std::string_view trace_id;
  std::string_view method;
  std::string_view path;  ///< of the request target; a query string is cut off, because it may hold secrets
  unsigned status = 0;
  std::string_view code;    ///< of a refusal; "": the line has none
  std::uint64_t bytes = 0;  ///< of the whole answer
  std::chrono::microseconds duration{};
  std::string_view client;  ///< address, without port
};

/// One io thread's access log: a JSON line per request, `{"time":…,"level":"info","event":"request","request_id":…,
/// "trace_id":…,"method":…,"path":…,"status":200,"code":…,"bytes":512,"duration_us":42,"client":…}`.
///
/// append() formats into this thread's buffer: no lock, no system call, no allocation. A full buffer goes to the queue;
/// call flush() from the thread's coarse timer so that a quiet server's lines appear too. Texts are cut (path at 256
/// bytes, the others at 64) and escaped. Only its own thread may use it; the destructor flushes.
class AccessLog {
 public:
  static constexpr std::size_t path_bytes_max = 256;
  static constexpr std::size_t text_bytes_max = 64;

  /// Without a queue it does nothing.
  explicit AccessLog(LogQueue* queue, bool enabled = true);
  ~AccessLog() { flush(); }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  [[nodiscard]] bool is_enabled() const noexcept { return enabled_; }
  /// `enabled` is false if LOG_LEVEL is above info; append() then does nothing.
  void enable(bool enabled) {
    flush();
    enabled_ = enabled && queue_ != nullptr;
  }
  void append(const AccessLine& line);
  void flush();

 private:
  char* put_time(char* out, TimePoint time);
  char* put_quoted(char* out, std::string_view text);

  LogQueue* const queue_;
  bool enabled_;
  LineBuffer buffer_;
  std::string prefix_;          ///< `{"time":"2025-01-22T10:30:00.`, of prefix_second_
  std::int64_t prefix_second_;  ///< since 1970
  std::string scratch_;         ///< for texts that need escapes
};

}  // namespace gatehouse::telemetry
