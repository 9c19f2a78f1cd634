#pragma once

#include <unistd.h>

#include <utility>

namespace gatehouse::runtime {

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  /// -1 where there is none.
  [[nodiscard]] int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  void close() noexcept {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

/// The two ends of a channel between processes.
struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// Neither end is inherited by a program that is started. Throws std::system_error where there are too many already.
[[nodiscard]] Pipe make_pipe();

}  // namespace gatehouse::runtime
