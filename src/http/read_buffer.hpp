#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "base/secret_string.hpp"

namespace gatehouse::http {

/// The bytes that have arrived on a connection: the first part is consumed, the rest waits. The buffer is small until a
/// request needs more, because most never do and many connections are idle. It may hold a password or a key, so bytes
/// that are no longer needed are wiped.
class ReadBuffer {
 public:
  static constexpr std::size_t first_bytes = 1024;

  /// `capacity` is what it may grow to, at least first_bytes.
  explicit ReadBuffer(std::size_t capacity)
      : capacity_(capacity), bytes_(std::make_unique_for_overwrite<char[]>(first_bytes)) {}
  ~ReadBuffer() {
    wipe_memory(bytes_.get(), end_);
    forget_outgrown();
  }
  ReadBuffer(const ReadBuffer&) = delete;
  ReadBuffer& operator=(const ReadBuffer&) = delete;

  [[nodiscard]] bool is_empty() const { return begin_ == end_; }
  [[nodiscard]] std::string_view waiting() const { return {bytes_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t count) { begin_ += count; }

  /// The free space after the waiting bytes, for the next read; add() says how many bytes that was.
  [[nodiscard]] boost::asio::mutable_buffer room() const { return {bytes_.get() + end_, size_ - end_}; }
  void add(std::size_t count) { end_ += count; }
  /// Grows if there is less room than `wanted`. The consumed bytes stay where they are until settle() or
  /// move_to_front(). False if there is no room at all.
  [[nodiscard]] bool make_room(std::size_t wanted) {
    if (room().size() < wanted && size_ < capacity_) grow();
    return room().size() > 0;
  }

  /// The consumed bytes are no longer needed. Moves the waiting bytes to the front, unless they are there already or
  /// contain `mark` with `room` bytes of the buffer after it.
  void settle(std::string_view mark, std::size_t room) {
    forget_outgrown();
    if (begin_ == 0) return;
    const std::size_t found = waiting().find(mark);
    const bool fits = found != std::string_view::npos && size_ - begin_ - found - mark.size() >= room;
    if (!fits) move_to_front();
  }

  /// Moves the waiting bytes to the front; the consumed bytes are no longer needed.
  void move_to_front() {
    forget_outgrown();
    move_to(bytes_.get());
  }
  /// Moves the waiting bytes to `place`, which is in the consumed part; to the front if `place` is in memory that has
  /// been outgrown since.
  void move_to(const char* place) {
    if (!holds(place)) place = bytes_.get();
    const std::size_t old_end = end_;
    const auto new_begin = static_cast<std::size_t>(place - bytes_.get());
    std::memmove(bytes_.get() + new_begin, bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_ - new_begin;
    begin_ = new_begin;
    wipe_memory(bytes_.get() + end_, old_end - end_);
  }

  /// The whole buffer, for bytes that nobody will look at; note_waste() says how much of it was used.
  [[nodiscard]] boost::asio::mutable_buffer waste() const { return {bytes_.get(), size_}; }
  void note_waste(std::size_t count) { end_ = std::max(end_, count); }

 private:
  void grow() {
    // Uninitialised on purpose: pages that no request reaches are never touched.
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
    std::memcpy(larger.get(), bytes_.get() + begin_, end_ - begin_);
    outgrown_ = std::exchange(bytes_, std::move(larger));
    size_ = capacity_;
    end_ -= begin_;
    begin_ = 0;
  }
  [[nodiscard]] bool holds(const char* place) const {
    const std::less_equal<const char*> at_most;
    return at_most(bytes_.get(), place) && at_most(place, bytes_.get() + begin_);
  }
  void forget_outgrown() {
    if (!outgrown_) return;
    wipe_memory(outgrown_.get(), first_bytes);
    outgrown_.reset();
  }

  // bytes_[0, begin_) is consumed, bytes_[begin_, end_) waits. Bytes from end_ on were never written or are wiped.
  const std::size_t capacity_;
  std::size_t size_ = first_bytes;
  std::unique_ptr<char[]> bytes_;
  std::unique_ptr<char[]> outgrown_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gatehouse::http
