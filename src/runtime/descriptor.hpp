#pragma once

#include <unistd.h>

#include <string_view>
#include <utility>

namespace gatehouse::runtime {

/// Owns an open file descriptor, or none. Any thread, one at a time.
class Descriptor {
 public:
  Descriptor() = default;
  /// Takes ownership of it; a negative number means none.
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  /// -1 if there is none.
  [[nodiscard]] int get() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  /// Gives up ownership.
  [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
  void close() noexcept {
    if (number_ >= 0) ::close(release());
  }

 private:
  int number_ = -1;
};

/// Writes all bytes, and continues after interruptions by signals. False if it fails; errno says why.
[[nodiscard]] bool write_all(int file, std::string_view bytes) noexcept;

/// The two ends of a channel between processes.
struct Pipe {
  Descriptor read;
  Descriptor write;
};

/// Neither end is inherited by programs that this one starts. Throws std::system_error if there are too many
/// descriptors.
[[nodiscard]] Pipe make_pipe();

}  // namespace gatehouse::runtime
