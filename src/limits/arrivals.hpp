#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "limits/gcra.hpp"

namespace gatehouse::limits {

/// Whose bucket: a keyed hash, so that nobody can choose which keys share a place.
struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend bool operator==(const Key&, const Key&) = default;
};

/// The arrival times of many keys, 24 bytes each: an open hash table in which a key lies within a few places of its
/// own.
///
/// It begins small and doubles up to its bound. Full, a new key takes the place of the one nearest to having its whole
/// budget back, among those it may take: a key that has used up its budget is the last to be forgotten. A key whose
/// bucket is full again is as good as forgotten. Not synchronised.
class Arrivals {
 public:
  /// `entries_max` at least 1.
  explicit Arrivals(std::size_t entries_max);

  /// The arrival of this key, 0 where it has none yet. The reference is valid until the next call.
  [[nodiscard]] Instant& of(const Key& key, Instant now);

  [[nodiscard]] std::size_t places() const { return entries_.size(); }

 private:
  struct Entry {
    Key key;
    Instant arrival{0};
  };
  static constexpr std::size_t places_at_first = 64;
  static constexpr std::size_t reach = 8;

  [[nodiscard]] Entry& place_at(const Key& key, std::size_t step);
  [[nodiscard]] Entry* find(const Key& key);
  [[nodiscard]] Entry& nearest_to_whole(const Key& key);
  void grow(Instant now);

  const std::size_t entries_max_;
  std::vector<Entry> entries_;
};

}  // namespace gatehouse::limits
