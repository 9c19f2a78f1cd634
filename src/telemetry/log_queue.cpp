#include "telemetry/log_queue.hpp"

#include <utility>

#include "telemetry/readable_lines.hpp"

namespace gatehouse::telemetry {

// Invariants. A buffer has one owner: its AccessLog, free_buffers_, waiting_buffers_ or, while it writes, the thread.
// Both vectors have room for all existing buffers, so moving one under the lock never allocates. Each waiting line and
// buffer has the number of its arrival; the two queues are sorted by it, and the thread takes the lower of the two
// fronts. There are two queues, and not one for both kinds, because the bound on lines drops the oldest line, which in
// a common queue might come after any number of buffers. The lock is never held during a write.

LogQueue::LogQueue(LineWriter writer, std::size_t lines_max, LineForm form)
    : lines_max_(lines_max), form_(form), writer_(writer), thread_([this] { run(); }) {}

LogQueue::~LogQueue() {
  {
    const std::scoped_lock lock{mutex_};
    is_stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LogQueue::push(std::string line) {
  {
    const std::scoped_lock lock{mutex_};
    // The oldest line is dropped: what happened last says more about the trouble that keeps the reader away.
    if (waiting_lines_.size() >= lines_max_) {
      waiting_lines_.pop_front();
      count_dropped(1);
    }
    waiting_lines_.push_back({.arrival = ++arrivals_, .text = std::move(line)});
  }
  wake_.notify_one();
}

void LogQueue::add_buffers(std::size_t spares) {
  std::vector<LineBuffer> added(spares);
  const std::scoped_lock lock{mutex_};
  // The caller's own buffer counts, too: it is queued when the caller ends.
  buffers_ += spares + 1;
  waiting_buffers_.reserve(buffers_);
  free_buffers_.reserve(buffers_);
  for (LineBuffer& buffer : added) free_buffers_.push_back(std::move(buffer));
}

LineBuffer LogQueue::exchange(LineBuffer full) noexcept {
  std::unique_lock lock{mutex_};
  if (free_buffers_.empty()) {
    lock.unlock();
    count_dropped(full.lines());
    full.clear();
    return full;
  }
  LineBuffer empty = std::move(free_buffers_.back());
  free_buffers_.pop_back();
  waiting_buffers_.push_back({.arrival = ++arrivals_, .buffer = std::move(full)});
  lock.unlock();
  // After unlocking, or the thread would wake only to wait for the lock.
  wake_.notify_one();
  return empty;
}

void LogQueue::run() {
  block_signals();
  std::unique_lock lock{mutex_};
  while (true) {
    wake_.wait(lock, [this] { return is_stopping_ || !is_empty(); });
    // The thread stops only when nothing is queued, so that everything queued before the end is written.
    if (is_empty()) return;
    if (is_line_next()) {
      write_line(lock);
    } else {
      write_buffer(lock);
    }
  }
}

bool LogQueue::is_line_next() const noexcept {
  if (waiting_lines_.empty() || waiting_buffers_.empty()) return waiting_buffers_.empty();
  return waiting_lines_.front().arrival < waiting_buffers_.front().arrival;
}

bool LogQueue::write(std::string_view lines) {
  if (form_ == LineForm::json) return writer_.write(lines);
  return writer_.write(to_readable(lines, form_ == LineForm::coloured ? Colours::ansi : Colours::none));
}

void LogQueue::write_line(std::unique_lock<std::mutex>& lock) {
  const std::string line = std::move(waiting_lines_.front().text);
  waiting_lines_.pop_front();
  lock.unlock();
  if (!write(line)) count_dropped(1);
  lock.lock();
}

void LogQueue::write_buffer(std::unique_lock<std::mutex>& lock) {
  LineBuffer buffer = std::move(waiting_buffers_.front().buffer);
  waiting_buffers_.erase(waiting_buffers_.begin());
  lock.unlock();
  // Some of its lines may have been written before the reader got stuck; the writer does not know which.
  if (!write(buffer.text())) count_dropped(buffer.lines());
  buffer.clear();
  lock.lock();
  free_buffers_.push_back(std::move(buffer));
}

}  // namespace gatehouse::telemetry
