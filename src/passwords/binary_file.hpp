#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::passwords {

/// An open binary file, for the commands that build breach filters. Its calls block, and throw std::runtime_error with
/// the path and the system's reason. One thread at a time.
class BinaryFile {
 public:
  [[nodiscard]] static BinaryFile open(const std::string& path);
  /// Creates a new file beside `path`, under a unique temporary name.
  [[nodiscard]] static BinaryFile create_beside(const std::string& path);

  BinaryFile(BinaryFile&& other) noexcept;
  BinaryFile& operator=(BinaryFile&&) = delete;
  BinaryFile(const BinaryFile&) = delete;
  BinaryFile& operator=(const BinaryFile&) = delete;
  ~BinaryFile();

  /// Returns the bytes read, at the front of `buffer`; empty at the end of the file.
  [[nodiscard]] std::span<std::byte> read(std::span<std::byte> buffer);
  /// The same from `offset`, independent of read()'s position; shorter than `buffer` only at the end of the file.
  [[nodiscard]] std::span<std::byte> read_at(std::uint64_t offset, std::span<std::byte> buffer) const;
  void write(std::string_view bytes);
  void write_at(std::uint64_t offset, std::string_view bytes);

  /// In bytes; 0 if this is not a regular file.
  [[nodiscard]] std::uint64_t size() const;

  /// Removes the file's name; the bytes are freed with the object.
  void unlink();
  /// Syncs the file to disk, readable for all users, and renames it to `path`, atomically replacing any other file.
  void take_name(const std::string& path);

 private:
  BinaryFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  [[noreturn]] void fail(std::string_view what) const;

  std::string path_;
  int descriptor_;
  bool is_temporary_ = false;  ///< the destructor removes the file
};

}  // namespace gatehouse::passwords
