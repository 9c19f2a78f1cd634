#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "passwords/binary_file.hpp"
#include "passwords/filter_format.hpp"
#include "passwords/fuse_filter.hpp"

namespace gatehouse::passwords {

/// Writes a breach filter (filter_format.hpp), partition by partition, from keys in ascending order. Takes some 40 MiB
/// of memory, whatever their number. Throws what BinaryFile throws; after that, or without finish(), no file is left.
class FilterWriter {
 public:
  /// The file gets its name in finish().
  FilterWriter(std::string path, unsigned partition_bits);

  /// `key` must not be smaller than the one before; the same key again changes nothing. False if a partition cannot
  /// take its keys: real hashes are never spread so unevenly.
  [[nodiscard]] bool add(std::uint64_t key);

  /// False likewise. Otherwise the file is now complete and has its name, replacing an older one.
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
  std::vector<std::uint64_t> keys_;  ///< of the current partition
  std::string directory_;            ///< entries of the partitions that are written
  std::size_t partition_ = 0;        ///< number of the current partition
};

/// The SHA-256 of what follows the header, read from the file. Throws what BinaryFile throws.
[[nodiscard]] std::array<std::byte, 32> sha256_behind_header(const BinaryFile& file);

}  // namespace gatehouse::passwords
