#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "limits/gcra.hpp"

namespace gatehouse::limits {

/// Names a bucket: a keyed hash, so that nobody can choose which keys share a place.
struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Key&, const Key&) = default;
};

/// The arrival times of many keys, 24 bytes each: a hash table with open addressing in which a key lies within a few
/// places of its own.
///
/// It begins small and doubles up to its bound. When it is full, a new key takes, among the places that it may take,
/// the one whose key misses the smallest share of its budget: a key that has used up its budget is the last to be
/// forgotten, however short its window. A key whose bucket is full again counts as forgotten. Not synchronised.
class Arrivals {
 public:
  /// `entries_max` at least 1.
  explicit Arrivals(std::size_t entries_max);

  /// The arrival of this key, 0 if it has none.
  [[nodiscard]] Instant of(const Key& key) const;
  /// `arrival` not before 0; the key's quota is always the same.
  void set(const Key& key, Instant arrival, const Quota& quota, Instant now);

  [[nodiscard]] std::size_t places() const { return entries_.size(); }

 private:
  static constexpr std::uint64_t arrival_us_max = (1ULL << 56U) - 1;  // 2,283 years

  struct Entry {
    Key key;
    std::uint64_t arrival_us : 56 = 0;
    std::uint64_t share_bits : 8 = 0;  ///< low bits to drop from a time to get shares of 1/256 to 1/128 of the budget

    /// What is missing, in such shares of the budget.
    [[nodiscard]] std::uint64_t missing(std::uint64_t now_us) const;
  };
  static constexpr std::size_t places_at_first = 64;
  static constexpr std::size_t reach = 8;

  [[nodiscard]] std::size_t place_of(const Key& key, std::size_t step) const;
  [[nodiscard]] std::optional<std::size_t> find(const Key& key) const;
  [[nodiscard]] Entry& place_for(const Key& key, Instant now);
  [[nodiscard]] Entry& nearest_to_whole(const Key& key, Instant now);
  void grow(Instant now);

  const std::size_t entries_max_;
  std::vector<Entry> entries_;
};

}  // namespace gatehouse::limits
