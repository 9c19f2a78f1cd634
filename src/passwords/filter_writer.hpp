#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "passwords/binary_file.hpp"
#include "passwords/filter_format.hpp"
#include "passwords/fuse_filter.hpp"

namespace gatehouse::passwords {

/// Writes a breach filter (filter_format.hpp), partition by partition, of keys that come in order. Some 40 MiB,
/// whatever their number. Throws what BinaryFile throws; then, and without finish(), no file is left.
class FilterWriter {
 public:
  /// The file gets its name in finish().
  FilterWriter(std::string path, unsigned partition_bits);

  /// Not smaller than the one before; the same once more changes nothing. False where the partition cannot take it:
  /// hashes are never so unevenly spread.
  [[nodiscard]] bool add(std::uint64_t key);

  /// False likewise. Afterwards the file is complete and has its name, in place of an older one.
  [[nodiscard]] bool finish();

  [[nodiscard]] std::uint64_t keys() const { return header_.keys; }
  [[nodiscard]] std::uint64_t file_bytes() const { return header_.file_bytes; }

 private:
  [[nodiscard]] bool write_partition();
  [[nodiscard]] bool write_partitions_before(std::size_t partition);

  const std::string path_;
  BinaryFile file_;
  FilterHeader header_;
  FuseBuilder builder_;
  std::vector<std::uint64_t> keys_;  ///< of the partition that is collected
  std::string directory_;            ///< of those that are written
  std::size_t partition_ = 0;        ///< which is collected
};

/// The SHA-256 of what follows the header, read from the file. Throws what BinaryFile throws.
[[nodiscard]] std::array<std::byte, 32> sha256_behind_header(const BinaryFile& file);

}  // namespace gatehouse::passwords
