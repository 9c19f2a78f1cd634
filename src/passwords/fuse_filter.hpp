#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gatehouse::passwords {

/// Binary fuse filters with three places per key and 16-bit fingerprints (Graf, Lemire, "Binary Fuse Filters: Fast and
/// Smaller Than Xor Filters", ACM JEA 2022): an array of fingerprints in which the XOR of those at a key's three places
/// is the key's own fingerprint. Takes some 18 bits per key; one in 65,536 absent keys is reported as present.

using Fingerprint = std::uint16_t;

/// Determines the places of a key. The array consists of segments of `segment_length`, a power of two; a key has its
/// places in three adjacent segments, the first of which is one of the first `segment_count`. No segments: no keys.
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

/// The places of a key, and the fingerprint that their XOR must give.
struct FuseProbe {
  std::array<std::uint32_t, 3> places;
  Fingerprint fingerprint;
};
[[nodiscard]] FuseProbe probe_of(std::uint64_t key, const FuseShape& shape);

/// Builds one filter after another in the same memory: 22 bytes per key. One thread at a time.
class FuseBuilder {
 public:
  /// Builds the filter of these keys, which must be distinct and at most keys_max, and returns its shape; nullopt if no
  /// seed works, which is likely only if the keys are not distinct.
  [[nodiscard]] std::optional<FuseShape> build(std::span<const std::uint64_t> keys);

  /// The fingerprints of the last filter. Valid until the next build().
  [[nodiscard]] std::span<const Fingerprint> fingerprints() const { return fingerprints_; }

  static constexpr std::size_t keys_max = 1'250'000;

 private:
  [[nodiscard]] bool peel(std::span<const std::uint64_t> keys, const FuseShape& shape);
  void count(std::span<const std::uint64_t> keys, const FuseShape& shape);
  void take_away(std::uint64_t hash, const FuseShape& shape);
  void assign(const FuseShape& shape);

  std::vector<std::uint8_t> counts_;          ///< for each place: how many keys use it
  std::vector<std::uint64_t> combined_;       ///< for each place: the XOR of their hashes
  std::vector<std::uint32_t> lonely_places_;  ///< used by one key
  std::vector<std::uint64_t> peeled_hashes_;
  std::vector<std::uint8_t> peeled_which_;  ///< for each of them: which of its three places only it used
  std::vector<Fingerprint> fingerprints_;
};

}  // namespace gatehouse::passwords
