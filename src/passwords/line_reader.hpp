#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "passwords/binary_file.hpp"

namespace gatehouse::passwords {

/// The lines of a file of any size, one after the other. Throws what BinaryFile throws.
class LineReader {
 public:
  /// Longer lines are cut to this length; the rest is skipped.
  static constexpr std::size_t line_bytes_max = 4096;

  explicit LineReader(BinaryFile& file) : file_(file), buffer_(buffer_bytes) {}

  /// The next line without its end (LF or CR LF), valid until the next call; nullopt after the last one.
  [[nodiscard]] std::optional<std::string_view> next();

  /// Read so far.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t buffer_bytes = std::size_t{256} << 10U;

  [[nodiscard]] std::string_view unread() const;
  [[nodiscard]] bool fill();
  [[nodiscard]] std::string_view take(std::size_t length, std::size_t with_end);
  void skip_line();

  BinaryFile& file_;
  std::vector<std::byte> buffer_;
  std::size_t begin_ = 0;  ///< of the unread bytes
  std::size_t end_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_ = 0;
  bool is_cut_ = false;  ///< the line of the last call was cut, its rest is unread
};

}  // namespace gatehouse::passwords
