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

/// What has arrived on a connection: a buffer of which the beginning is consumed and the rest waits. It is small until
/// a request needs more, for most connections never do and many wait. What it holds may be a password or a key, so what
/// is left behind is wiped.
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

  /// Behind what waits, for what is read next; add() says how much that was.
  [[nodiscard]] boost::asio::mutable_buffer room() const { return {bytes_.get() + end_, size_ - end_}; }
  void add(std::size_t count) { end_ += count; }
  /// Grows where there is less room than `wanted`; what was consumed lies where it was, until settle() or
  /// move_to_front(). False where there is no room at all.
  [[nodiscard]] bool make_room(std::size_t wanted) {
    if (room().size() < wanted && size_ < capacity_) grow();
    return room().size() > 0;
  }

  /// Nobody needs what was consumed any more. Brings what waits to the front, unless it is there, or holds `mark` and
  /// has `room` bytes behind that.
  void settle(std::string_view mark, std::size_t room) {
    forget_outgrown();
    if (begin_ == 0) return;
    const std::size_t found = waiting().find(mark);
    const bool fits = found != std::string_view::npos && size_ - begin_ - found - mark.size() >= room;
    if (!fits) move_to_front();
  }

  /// Nobody needs what was consumed any more.
  void move_to_front() {
    forget_outgrown();
    move_to(bytes_.get());
  }
  /// What waits begins at `place` from now on, a place in the part that is consumed; where that lies in memory that was
  /// outgrown since, at the front.
  void move_to(const char* place) {
    if (!holds(place)) place = bytes_.get();
    const std::size_t old_end = end_;
    const auto new_begin = static_cast<std::size_t>(place - bytes_.get());
    std::memmove(bytes_.get() + new_begin, bytes_.get() + begin_, end_ - begin_);
    end_ -= begin_ - new_begin;
    begin_ = new_begin;
    wipe_memory(bytes_.get() + end_, old_end - end_);
  }

  /// All of it, for what nobody will look at; note_waste() says how much of it was used.
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

  // bytes_[0, begin_) is consumed, bytes_[begin_, end_) waits. Nothing behind end_ was ever written, or it is wiped.
  const std::size_t capacity_;
  std::size_t size_ = first_bytes;
  std::unique_ptr<char[]> bytes_;
  std::unique_ptr<char[]> outgrown_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gatehouse::http
