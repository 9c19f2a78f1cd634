#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "telemetry/line_writer.hpp"

namespace gatehouse::telemetry {

/// A fixed piece of memory for finished lines.
class LineBuffer {
 public:
  static constexpr std::size_t capacity = 64 * 1024;

  LineBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}
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

/// How lines are written: as they come, or as to_readable() shows them.
enum class LineForm : std::uint8_t { json, readable, coloured };

/// Queues and writes the lines of all logs: one queue and one thread per process.
///
/// Log lines come one by one, access lines in buffers of many; both are written in the order of their arrival. Both are
/// bounded: when `lines_max` log lines wait, the oldest of them is dropped, and when no buffer is free, exchange()
/// drops the lines that it was given. What is dropped is counted, and no caller ever waits for the reader of the log.
///
/// Any thread may call. The destructor writes what is queued, unless the reader is stuck. Every Log and every AccessLog
/// is destroyed before it.
class LogQueue {
 public:
  static constexpr std::size_t lines_max_default = 1024;

  explicit LogQueue(LineWriter writer, std::size_t lines_max = lines_max_default, LineForm form = LineForm::json);
  ~LogQueue();
  LogQueue(const LogQueue&) = delete;
  LogQueue& operator=(const LogQueue&) = delete;

  /// Queues one line, which ends in \n.
  void push(std::string line);

  /// Adds `spares` empty buffers, for a caller that owns one more and exchanges it.
  void add_buffers(std::size_t spares);

  /// Queues a buffer and returns an empty one. Holds a lock for a few instructions; never allocates.
  [[nodiscard]] LineBuffer exchange(LineBuffer full) noexcept;

  /// Lines lost because too many waited or the reader did not take them.
  [[nodiscard]] std::uint64_t dropped_lines() const noexcept { return dropped_lines_.load(std::memory_order_relaxed); }

 private:
  struct WaitingLine {
    std::uint64_t arrival;
    std::string text;
  };
  struct WaitingBuffer {
    std::uint64_t arrival;
    LineBuffer buffer;
  };

  void run();
  [[nodiscard]] bool write(std::string_view lines);
  void write_line(std::unique_lock<std::mutex>& lock);
  void write_buffer(std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool is_empty() const noexcept { return waiting_lines_.empty() && waiting_buffers_.empty(); }
  [[nodiscard]] bool is_line_next() const noexcept;
  void count_dropped(std::uint64_t lines) noexcept { dropped_lines_.fetch_add(lines, std::memory_order_relaxed); }

  const std::size_t lines_max_;
  const LineForm form_;
  std::atomic<std::uint64_t> dropped_lines_ = 0;
  LineWriter writer_;  ///< used by thread_ alone

  std::mutex mutex_;  ///< guards what follows
  std::condition_variable wake_;
  std::deque<WaitingLine> waiting_lines_;
  std::vector<WaitingBuffer> waiting_buffers_;  ///< has room for every buffer there is
  std::vector<LineBuffer> free_buffers_;        ///< likewise
  std::size_t buffers_ = 0;                     ///< how many exist, including those that callers own
  std::uint64_t arrivals_ = 0;
  bool is_stopping_ = false;

  std::thread thread_;  ///< the last member, because it uses all others from its start
};

}  // namespace gatehouse::telemetry
