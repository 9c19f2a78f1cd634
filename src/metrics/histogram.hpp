#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "metrics/counter.hpp"

namespace gatehouse::metrics {

/// The upper bound of a bucket, and its text on a page, in seconds.
struct Bound {
  std::chrono::nanoseconds at_most;
  std::string_view text;
};

/// The buckets of every histogram of durations. Longer durations are counted in one more bucket, `+Inf`.
inline constexpr std::array bounds = [] {
  using namespace std::chrono_literals;
  return std::array{Bound{50us, "0.00005"}, Bound{100us, "0.0001"},   Bound{250us, "0.00025"}, Bound{500us, "0.0005"},
                    Bound{1ms, "0.001"},    Bound{2'500us, "0.0025"}, Bound{5ms, "0.005"},     Bound{10ms, "0.01"},
                    Bound{25ms, "0.025"},   Bound{50ms, "0.05"},      Bound{100ms, "0.1"},     Bound{250ms, "0.25"},
                    Bound{500ms, "0.5"},    Bound{1s, "1"},           Bound{2'500ms, "2.5"},   Bound{5s, "5"}};
}();
inline constexpr std::size_t bucket_count = bounds.size() + 1;

/// What histograms hold: how many durations fell into each bucket, and their sum.
struct Distribution {
  std::array<std::uint64_t, bucket_count> counts{};
  std::uint64_t sum_ns = 0;
  friend bool operator==(const Distribution&, const Distribution&) = default;
};

/// Keeps only the number of durations in each bucket and their sum. `Count` is Counter, or ThreadCounter if only one
/// thread adds.
template <class Count>
class Histogram {
 public:
  void add(std::chrono::nanoseconds duration) noexcept {
    const auto bucket = std::ranges::find_if(bounds, [&](const Bound& bound) { return duration <= bound.at_most; });
    counts_[static_cast<std::size_t>(bucket - bounds.begin())].add();
    sum_ns_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)));
  }

  void add_to(Distribution& sum) const noexcept {
    for (std::size_t i = 0; i < bucket_count; ++i) sum.counts[i] += counts_[i].value();
    sum.sum_ns += sum_ns_.value();
  }
  [[nodiscard]] Distribution read() const noexcept {
    Distribution all;
    add_to(all);
    return all;
  }

 private:
  std::array<Count, bucket_count> counts_;
  Count sum_ns_;
};

}  // namespace gatehouse::metrics
