#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "passwords/fuse_filter.hpp"

namespace gatehouse::passwords {

/// The file of a breach filter, GHPWF1. All numbers are little-endian.
///
///     header      64 bytes      magic "GHPWF1", version (2), partition bits p (4), zero (4), keys (8), bytes of the
///                               file (8), SHA-256 of all that follows the header (32)
///     directory   2^p entries   offset of the partition in the file (8), seed (8), segment length (4), segment count
///                               (4); the partitions lie without gaps in the order of the directory
///     partitions                one binary fuse filter each: its fingerprints, 2 bytes each
///
/// A key is the first 8 bytes of the password's SHA-1, as a big-endian number; its first p bits say which partition it
/// is in. The password is hashed in Unicode's composed form (NFC), as UTF-8.

inline constexpr std::string_view filter_magic = "GHPWF1";
inline constexpr std::uint16_t filter_version = 1;
inline constexpr std::size_t filter_header_bytes = 64;
inline constexpr std::size_t filter_entry_bytes = 24;
inline constexpr unsigned partition_bits_max = 16;

/// The fields of the header except magic and version.
struct FilterHeader {
  unsigned partition_bits = 0;
  std::uint64_t keys = 0;
  std::uint64_t file_bytes = 0;
  std::array<std::byte, 32> sha256{};

  [[nodiscard]] std::size_t partitions() const { return std::size_t{1} << partition_bits; }
  [[nodiscard]] std::size_t directory_bytes() const { return partitions() * filter_entry_bytes; }
};

/// One entry of the directory.
struct FilterPartition {
  std::uint64_t offset = 0;
  FuseShape shape;
};

/// The key of a password, from its SHA-1.
[[nodiscard]] std::uint64_t filter_key(std::span<const unsigned char, 20> sha1);
[[nodiscard]] inline std::size_t partition_of(std::uint64_t key, unsigned partition_bits) {
  return partition_bits == 0 ? 0 : static_cast<std::size_t>(key >> (64U - partition_bits));
}

void append_header(std::string& out, const FilterHeader& header);
void append_partition(std::string& out, const FilterPartition& partition);

void append_fingerprints(std::string& out, std::span<const Fingerprint> fingerprints);

/// Parses exactly these bytes; nullopt if magic or version differ, or if there are too many partition bits.
[[nodiscard]] std::optional<FilterHeader> parse_header(std::span<const std::byte, filter_header_bytes> bytes);
[[nodiscard]] FilterPartition parse_partition(std::span<const std::byte, filter_entry_bytes> bytes);

}  // namespace gatehouse::passwords
