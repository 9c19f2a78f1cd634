#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace gatehouse::passwords {

/// A sorted list of words in front coding (Witten, Moffat, Bell, "Managing Gigabytes", section 4.1): each word is
/// stored as its difference from the one before. It is one byte with the number of leading characters that both share,
/// and then the other characters, the last of them with its highest bit set. The first word of each group of 64 shares
/// none, so a search can begin there. Words are ASCII. Does not own the memory; any thread.
class FrontCodedWords {
 public:
  /// What cmake/front_code.cpp wrote; all of it has static storage.
  constexpr FrontCodedWords(std::span<const unsigned char> block, std::span<const std::uint16_t> group_starts,
                            std::size_t words)
      : block_(block), group_starts_(group_starts), words_(words) {}

  /// Reads at most one group.
  [[nodiscard]] bool contains(std::string_view word) const;

  [[nodiscard]] std::size_t words() const { return words_; }
  /// The size of the block and its index.
  [[nodiscard]] std::size_t bytes() const { return block_.size() + group_starts_.size_bytes(); }

 private:
  std::span<const unsigned char> block_;
  std::span<const std::uint16_t> group_starts_;  ///< where in the block each group begins
  std::size_t words_;
};

/// The passwords that attackers try first: 11,611 of at least eight characters, in lower case (third_party/README.md).
[[nodiscard]] FrontCodedWords frequent_passwords();

}  // namespace gatehouse::passwords
