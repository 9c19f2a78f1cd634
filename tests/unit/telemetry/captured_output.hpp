#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace gatehouse::telemetry::testing {

/// A file in memory that a log writes to and a test reads.
class CapturedOutput {
 public:
  CapturedOutput() : descriptor_(::memfd_create("captured", MFD_CLOEXEC)) { EXPECT_GE(descriptor_, 0); }
  ~CapturedOutput() { ::close(descriptor_); }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }

  [[nodiscard]] std::size_t size() const {
    struct stat status{};
    EXPECT_EQ(::fstat(descriptor_, &status), 0);
    return static_cast<std::size_t>(status.st_size);
  }

  [[nodiscard]] std::string text() const {
    std::string text;
    std::array<char, 4096> piece{};
    while (true) {
      const ssize_t read = ::pread(descriptor_, piece.data(), piece.size(), static_cast<off_t>(text.size()));
      if (read <= 0) return text;
      text.append(piece.data(), static_cast<std::size_t>(read));
    }
  }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::string rest = text();
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      EXPECT_NE(end, std::string::npos) << "the last line has no end: " << rest;
      if (end == std::string::npos) break;
      lines.push_back(rest.substr(0, end));
      rest.erase(0, end + 1);
    }
    return lines;
  }

 private:
  int descriptor_;
};

/// A line of one letter, with its end.
inline std::string line_of_letters(std::size_t letters, char letter = 'x') {
  return std::string(letters, letter) + '\n';
}

/// A pipe whose reader reads only when told to.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int writer() const { return ends_[1]; }

  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }

  /// Everything that is in the pipe now.
  std::string drain() {
    ::fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 65536> piece{};
    while (true) {
      const ssize_t read = ::read(ends_[0], piece.data(), piece.size());
      if (read <= 0) return text;
      text.append(piece.data(), static_cast<std::size_t>(read));
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

}  // namespace gatehouse::telemetry::testing
