#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

namespace gatehouse::passwords {

/// The parameters of `gatehouse passwords build-filter`.
struct FilterBuild {
  std::string in;   ///< lines `SHA1HEX:count` sorted by hash, or one password per line
  std::string out;  ///< replaced atomically when the filter is complete
  bool is_plain = false;
  std::uint64_t count_min = 1;  ///< how often a password must have been seen, by its count or by its lines
  /// Called now and then with the current step and its progress, from 0 to 1; may be empty.
  std::function<void(std::string_view step, double done)> on_progress = {};
};

/// The result of a build.
struct FilterBuilt {
  std::uint64_t lines = 0;
  std::uint64_t skipped_lines = 0;  ///< plain lines that cannot be a password: empty, over 1,024 bytes, or not UTF-8
  std::uint64_t keys = 0;           ///< distinct keys in the filter
  std::uint64_t file_bytes = 0;
};

/// Builds a breach filter (filter_format.hpp) in less than 64 MiB of memory, whatever the size of the list. A list is
/// limited to KeySorter::keys_max plain lines, or to 2^16 partitions of a million hashes. Blocks. The error says what
/// is wrong with the list, and where; file errors are thrown (BinaryFile). In both cases `out` stays as it was.
[[nodiscard]] std::expected<FilterBuilt, std::string> build_filter(const FilterBuild& build);

}  // namespace gatehouse::passwords
