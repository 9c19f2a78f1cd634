#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "passwords/filter_format.hpp"

namespace gatehouse::passwords {

/// Why bytes are not a breach filter.
enum class FilterFault : std::uint8_t {
  too_short,      ///< for a header, or for the directory that it announces
  not_a_filter,   ///< wrong magic or version, or impossible numbers
  other_length,   ///< shorter or longer than its header says: truncated, or still being written
  bad_directory,  ///< a partition is not where it must be, or has an impossible shape
};
/// `is not a breach filter …`, to be written after the file's name.
[[nodiscard]] std::string_view to_text(FilterFault fault);

/// A breach filter (filter_format.hpp) in memory that somebody else owns. Every partition was checked to lie inside
/// that memory, so no lookup leaves it, whatever the fingerprints are. Any thread.
class FilterView {
 public:
  /// Checks the header and each entry of the directory, but not the fingerprints: the SHA-256 covers those.
  [[nodiscard]] static std::expected<FilterView, FilterFault> read(std::span<const std::byte> file);

  /// Whether the key is in the filter; one in 65,536 absent keys is reported as present.
  [[nodiscard]] bool contains(std::uint64_t key) const;

  [[nodiscard]] const FilterHeader& header() const { return header_; }

 private:
  FilterView(std::span<const std::byte> file, const FilterHeader& header) : file_(file), header_(header) {}

  [[nodiscard]] FilterPartition partition(std::size_t number) const;
  [[nodiscard]] bool has_good_directory() const;

  std::span<const std::byte> file_;
  FilterHeader header_;
};

}  // namespace gatehouse::passwords
