#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse::passwords {

/// A sorted list of words, each as what it has other than the word before: front coding (Witten, Moffat, Bell,
/// "Managing Gigabytes", section 4.1). Each is one byte with the number of characters it shares with the word before,
/// and then the others, the last of them with its highest bit set. The first word of each group of 64 shares none, so
/// that a search begins there. Words are ASCII. Does not own the memory; any thread.
class FrontCodedWords {
 public:
  /// What cmake/front_code.cpp wrote; all of it has static storage.
  constexpr FrontCodedWords(std::span<const unsigned char> block, std::span<const std::uint16_t> group_starts,
                            std::size_t words)
      : block_(block), group_starts_(group_starts), words_(words) {}

  /// Reads at most one group.
  [[nodiscard]] bool contains(std::string_view word) const;

  [[nodiscard]] std::size_t words() const { return words_; }
  /// Of the block and its index.
  [[nodiscard]] std::size_t bytes() const { return block_.size() + group_starts_.size_bytes(); }

 private:
  std::span<const unsigned char> block_;
  std::span<const std::uint16_t> group_starts_;  ///< where in the block each group begins
  std::size_t words_;
};

/// The passwords that are tried first: 11,611 of at least eight characters, in lower case (third_party/README.md).
[[nodiscard]] FrontCodedWords frequent_passwords();

}  // namespace gatehouse::passwords
