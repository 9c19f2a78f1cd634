#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::passwords {

/// An open file of bytes, of the commands that build breach filters. Its calls block, and throw std::runtime_error with
/// the path and the system's reason. One thread at a time.
class BinaryFile {
 public:
  [[nodiscard]] static BinaryFile open(const std::string& path);
  /// A new file beside `path`, with another name, which nobody else has.
  [[nodiscard]] static BinaryFile create_beside(const std::string& path);

  BinaryFile(BinaryFile&& other) noexcept;
  BinaryFile& operator=(BinaryFile&&) = delete;
  BinaryFile(const BinaryFile&) = delete;
  BinaryFile& operator=(const BinaryFile&) = delete;
  ~BinaryFile();

  /// What was read, at the front of `buffer`; empty at the end of the file.
  [[nodiscard]] std::span<std::byte> read(std::span<std::byte> buffer);
  /// The same from there on, whatever read() has come to; less than `buffer` only at the end.
  [[nodiscard]] std::span<std::byte> read_at(std::uint64_t offset, std::span<std::byte> buffer) const;
  void write(std::string_view bytes);
  void write_at(std::uint64_t offset, std::string_view bytes);

  /// 0 of what is no regular file.
  [[nodiscard]] std::uint64_t size() const;

  /// Takes the name away; the bytes go when the object does.
  void unlink();
  /// Puts everything on the disk, readable for all users, and gives it this name at once in place of any other file.
  void take_name(const std::string& path);

 private:
  BinaryFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  [[noreturn]] void fail(std::string_view what) const;

  std::string path_;
  int descriptor_;
  bool is_temporary_ = false;  ///< goes with the object
};

}  // namespace gatehouse::passwords
