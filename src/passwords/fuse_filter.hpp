#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gatehouse::passwords {

/// Binary fuse filters with three places a key and fingerprints of 16 bits (Graf, Lemire, "Binary Fuse Filters: Fast
/// and Smaller Than Xor Filters", ACM JEA 2022): an array of fingerprints in which those at a key's three places,
/// combined by xor, are the key's own. Some 18 bits a key; of keys that are not in it, one in 65,536 looks as if it
/// were.

using Fingerprint = std::uint16_t;

/// What leads from a key to its places. The array has segments of `segment_length`, a power of two; a key has its
/// places in three neighbours of them, the first of which is one of the first `segment_count`. No segments: no keys.
struct FuseShape {
  static constexpr std::uint32_t segment_length_max = 1U << 18U;
  static constexpr std::size_t size_max = std::size_t{1} << 21U;

  std::uint64_t seed = 0;
  std::uint32_t segment_length = 0;
  std::uint32_t segment_count = 0;

  /// How many fingerprints the array has.
  [[nodiscard]] std::size_t size() const {
    return segment_count == 0 ? 0 : (std::size_t{segment_count} + 2) * segment_length;
  }
};

/// Where a key's fingerprints are, and what they come to.
struct FuseProbe {
  std::array<std::uint32_t, 3> places;
  Fingerprint fingerprint;
};
[[nodiscard]] FuseProbe probe_of(std::uint64_t key, const FuseShape& shape);

/// Makes filters, one after the other, in memory that it keeps from one to the next: 22 bytes a key. One thread at a
/// time.
class FuseBuilder {
 public:
  /// Makes the filter of these keys, all different and at most keys_max: its shape. Nothing where no seed led to one,
  /// which only keys that are not all different make likely.
  [[nodiscard]] std::optional<FuseShape> build(std::span<const std::uint64_t> keys);

  /// Of the last filter. Valid until the next build().
  [[nodiscard]] std::span<const Fingerprint> fingerprints() const { return fingerprints_; }

  static constexpr std::size_t keys_max = 1'250'000;

 private:
  [[nodiscard]] bool peel(std::span<const std::uint64_t> keys, const FuseShape& shape);
  void count(std::span<const std::uint64_t> keys, const FuseShape& shape);
  void take_away(std::uint64_t hash, const FuseShape& shape);
  void assign(const FuseShape& shape);

  std::vector<std::uint8_t> counts_;          ///< of each place: how many keys have it
  std::vector<std::uint64_t> combined_;       ///< of each place: their hashes, by xor
  std::vector<std::uint32_t> lonely_places_;  ///< that one key has
  std::vector<std::uint64_t> peeled_hashes_;
  std::vector<std::uint8_t> peeled_which_;  ///< which of its three places each of them had alone
  std::vector<Fingerprint> fingerprints_;
};

}  // namespace gatehouse::passwords
