#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace gatehouse::passwords {

/// Of `gatehouse passwords build-filter`.
struct FilterBuild {
  std::string in;   ///< lines `SHA1HEX:count` in the order of their hashes, or one password a line
  std::string out;  ///< replaced at once when the filter is complete
  bool is_plain = false;
  std::uint64_t count_min = 1;  ///< how often a password must have been seen, by its count or by its lines
  /// Called now and then with what is done and how far it is, from 0 to 1; none: nobody looks.
  std::function<void(std::string_view step, double done)> on_progress = {};
};

/// What became of it.
struct FilterBuilt {
  std::uint64_t lines = 0;
  std::uint64_t skipped_lines = 0;  ///< plain lines that no password can be: over 1,024 bytes, or not UTF-8
  std::uint64_t keys = 0;           ///< in the filter, each once
  std::uint64_t file_bytes = 0;
};

/// Builds a breach filter (filter_format.hpp) in less than 64 MiB, whatever the size of the list; the bound of the
/// list is KeySorter::keys_max plain lines, or 2^16 partitions of a million hashes. Blocks. The error says what is
/// wrong with the list, and where; what is wrong with files is thrown (BinaryFile). Then `out` is as it was.
[[nodiscard]] std::expected<FilterBuilt, std::string> build_filter(const FilterBuild& build);

}  // namespace gatehouse::passwords
