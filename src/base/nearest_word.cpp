#include "base/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gatehouse {
namespace {

constexpr std::size_t word_length_max = 64;
constexpr std::size_t short_word_length_max = 8;

/// Edits (insertion, deletion, substitution, swap of neighbours) between two words: the optimal string alignment
/// distance, row by row. Both at most word_length_max long.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Distances = std::array<std::size_t, word_length_max + 1>;
  Distances before{};
  Distances previous{};
  Distances current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > word_length_max) return {};
  std::size_t best = word.size() <= short_word_length_max ? 1 : 2;
  std::string_view nearest;
  for (const std::string_view one : known) {
    if (one.size() > word_length_max) continue;
    const std::size_t distance = edit_distance(word, one);
    if (distance > best || (distance == best && !nearest.empty())) continue;
    best = distance;
    nearest = one;
  }
  return nearest;
}

}  // namespace gatehouse
