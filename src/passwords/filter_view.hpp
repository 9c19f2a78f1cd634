#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "passwords/filter_format.hpp"

namespace gatehouse::passwords {

/// Why bytes are no breach filter. In the order in which they are looked for.
enum class FilterFault : std::uint8_t {
  too_short,      ///< for a header, or for the directory that it speaks of
  not_a_filter,   ///< another magic or version, or impossible numbers
  other_length,   ///< it is shorter or longer than its header says: it was cut, or is still being written
  bad_directory,  ///< a partition that does not lie where it must, or has no filter's shape
};
/// `is not a breach filter …`: behind the file's name.
[[nodiscard]] std::string_view to_text(FilterFault fault);

/// A breach filter (filter_format.hpp) in memory that somebody else owns. Every partition was found to lie inside, so
/// that no lookup leaves it, whatever the fingerprints are. Any thread.
class FilterView {
 public:
  /// Looks at the header and at each entry of the directory; not at the fingerprints, for which the SHA-256 is.
  [[nodiscard]] static std::expected<FilterView, FilterFault> read(std::span<const std::byte> file);

  /// Whether the key is in it; of those that are not, one in 65,536 looks as if it were.
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
