#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/secret_string.hpp"

namespace gatehouse::http {

/// What has arrived on a connection: a buffer of fixed size, of which the beginning is consumed and the rest waits.
/// What it holds may be a password or a key, so what is left behind is wiped.
class ReadBuffer {
 public:
  explicit ReadBuffer(std::size_t capacity)
      // Uninitialised on purpose: pages that no request reaches are never touched.
      : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}
  ~ReadBuffer() { wipe_memory(bytes_.get(), end_); }
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  [[nodiscard]] bool is_empty() const { return begin_ == end_; }
  [[nodiscard]] std::string_view waiting() const { return {bytes_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }

  /// Behind what waits, for what is read next; add() says how much that was.
  [[nodiscard]] boost::asio::mutable_buffer room() const { return {bytes_.get() + end_, capacity_ - end_}; }
  void add(std::size_t count) { end_ += count; }

  /// Brings what waits to the front, unless it is there, or holds `mark` and has `room` bytes behind that.
  void settle(std::string_view mark, std::size_t room) {
    if (begin_ == 0) return;
    const std::size_t found = waiting().find(mark);
    const bool fits = found != std::string_view::npos && capacity_ - begin_ - found - mark.size() >= room;
    if (!fits) move_to_front();
  }

  void move_to_front() { move_to(bytes_.get()); }
  /// What waits begins at `place` from now on, a place in the part that is consumed.
  void move_to(const char* place) {
    const std::size_t old_end = end_;
    const auto new_begin = static_cast<std::size_t>(place - bytes_.get());
    std::memmove(bytes_.get() + new_begin, bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_ - new_begin;
    begin_ = new_begin;
    wipe_memory(bytes_.get() + end_, old_end - end_);
  }

  /// All of it, for what nobody will look at; note_waste() says how much of it was used.
  [[nodiscard]] boost::asio::mutable_buffer waste() const { return {bytes_.get(), capacity_}; }
  void note_waste(std::size_t count) { end_ = std::max(end_, count); }

 private:
  // bytes_[0, begin_) is consumed, bytes_[begin_, end_) waits. Nothing behind end_ was ever written, or it is wiped.
  const std::size_t capacity_;
  const std::unique_ptr<char[]> bytes_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gatehouse::http
