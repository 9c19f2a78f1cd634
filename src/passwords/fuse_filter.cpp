#include "passwords/fuse_filter.hpp"

#include <algorithm>
#include <cmath>

namespace gatehouse::passwords {

// Invariants while a filter is built. counts_ and combined_ describe the keys that are not peeled yet: for a place with
// count 1, combined_ holds the hash of its only key. Peeling removes such keys one after the other; if all go, they are
// assigned in reverse order, each through the one place that no key assigned before it uses.

namespace {

/// A seed works in nine of ten cases, so this many do not all fail for distinct keys.
constexpr unsigned seeds_max = 64;

/// SplitMix64's mixing function (Steele, Lea, Flood 2014): a bijection, so distinct keys have distinct hashes.
std::uint64_t mixed(std::uint64_t value) {
  value ^= value >> 30U;
  value *= 0xbf58476d1ce4e5b9U;
  value ^= value >> 27U;
  value *= 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

std::uint64_t hash_of(std::uint64_t key, const FuseShape& shape) { return mixed(key + shape.seed); }

std::array<std::uint32_t, 3> places_of(std::uint64_t hash, const FuseShape& shape) {
  const std::uint64_t starts = std::uint64_t{shape.segment_count} * shape.segment_length;
  const std::uint32_t within = shape.segment_length - 1;
  const auto first = static_cast<std::uint32_t>(((hash >> 32U) * starts) >> 32U);
  const std::uint32_t second = first + shape.segment_length;
  const std::uint32_t third = second + shape.segment_length;
  return {first, second ^ (static_cast<std::uint32_t>(hash >> 18U) & within),
          third ^ (static_cast<std::uint32_t>(hash) & within)};
}

Fingerprint fingerprint_of(std::uint64_t hash) { return static_cast<Fingerprint>(hash ^ (hash >> 32U)); }

/// The paper's section 4: lengths and sizes with which nearly every seed succeeds.
FuseShape shape_for(std::size_t keys) {
  FuseShape shape;
  if (keys == 0) return shape;
  constexpr double factor_of_many = 1.125;
  constexpr double many = 1e6;
  const double count = std::max(2.0, static_cast<double>(keys));
  const double factor = std::max(factor_of_many, 0.875 + 0.25 * std::log(many) / std::log(count));
  const double exponent = std::max(2.0, std::floor(std::log(count) / std::log(3.33) + 2.25));
  shape.segment_length = std::min(FuseShape::segment_length_max, 1U << static_cast<unsigned>(exponent));
  const auto segments = static_cast<std::uint32_t>(std::ceil(count * factor / shape.segment_length));
  shape.segment_count = segments <= 3 ? 1 : segments - 2;
  return shape;
}

}  // namespace

FuseProbe probe_of(std::uint64_t key, const FuseShape& shape) {
  const std::uint64_t hash = hash_of(key, shape);
  return {places_of(hash, shape), fingerprint_of(hash)};
}

std::optional<FuseShape> FuseBuilder::build(std::span<const std::uint64_t> keys) {
  FuseShape shape = shape_for(keys.size());
  for (unsigned attempt = 1; attempt <= seeds_max; ++attempt) {
    // The same keys get the same seed, so that a filter can be built again and compared.
    shape.seed = mixed(attempt);
    if (!peel(keys, shape)) continue;
    assign(shape);
    return shape;
  }
  return std::nullopt;
}

void FuseBuilder::count(std::span<const std::uint64_t> keys, const FuseShape& shape) {
  counts_.assign(shape.size(), 0);
  combined_.assign(shape.size(), 0);
  for (const std::uint64_t key : keys) {
    const std::uint64_t hash = hash_of(key, shape);
    for (const std::uint32_t place : places_of(hash, shape)) {
      ++counts_[place];
      combined_[place] ^= hash;
    }
  }
}

void FuseBuilder::take_away(std::uint64_t hash, const FuseShape& shape) {
  for (const std::uint32_t place : places_of(hash, shape)) {
    --counts_[place];
    combined_[place] ^= hash;
    if (counts_[place] == 1) lonely_places_.push_back(place);
  }
}

/// False if not all keys could be peeled.
bool FuseBuilder::peel(std::span<const std::uint64_t> keys, const FuseShape& shape) {
  count(keys, shape);
  peeled_hashes_.clear();
  peeled_which_.clear();
  lonely_places_.clear();
  for (std::uint32_t start = 0; start < counts_.size(); ++start) {
    if (counts_[start] == 1) lonely_places_.push_back(start);
    while (!lonely_places_.empty()) {
      const std::uint32_t place = lonely_places_.back();
      lonely_places_.pop_back();
      if (counts_[place] != 1) continue;
      const std::uint64_t hash = combined_[place];
      const auto places = places_of(hash, shape);
      const auto which = std::ranges::find(places, place) - places.begin();
      // If a count wrapped around, combined_ holds a value that is no key's hash.
      if (which == std::ssize(places) || peeled_hashes_.size() == keys.size()) return false;
      peeled_hashes_.push_back(hash);
      peeled_which_.push_back(static_cast<std::uint8_t>(which));
      take_away(hash, shape);
    }
  }
  return peeled_hashes_.size() == keys.size();
}

void FuseBuilder::assign(const FuseShape& shape) {
  fingerprints_.assign(shape.size(), 0);
  for (std::size_t i = peeled_hashes_.size(); i-- > 0;) {
    const auto places = places_of(peeled_hashes_[i], shape);
    Fingerprint others = fingerprint_of(peeled_hashes_[i]);
    // Its own place is still 0.
    for (const std::uint32_t place : places) others ^= fingerprints_[place];
    fingerprints_[places[peeled_which_[i]]] = others;
  }
}

}  // namespace gatehouse::passwords
