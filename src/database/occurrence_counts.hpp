#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "database/call_observer.hpp"
#include "metrics/page.hpp"

namespace gatehouse::database {

/// Counts rows that were committed by this process, by what they are about and what became of it. Both enums begin at 0
/// and have a to_text(). `kinds` is the store's own. Any thread.
template <const OccurrenceKinds& kinds, class About, std::size_t about_count, class Became, Became last>
class OccurrenceCounts : public CallObserver {
 public:
  /// What a change is counted as.
  [[nodiscard]] static Occurrence of(About about, Became became) {
    return {.of = &kinds,
            .number = static_cast<std::uint32_t>(about) * became_count + static_cast<std::uint32_t>(became)};
  }

  void on_occurrence(const Occurrence& occurrence) noexcept override {
    if (occurrence.of != &kinds) return;
    counts_[occurrence.number / became_count].add(static_cast<Became>(occurrence.number % became_count));
  }

 protected:
  /// A sample for each pair that has occurred; `about` and `became` are the names of the labels.
  void write_samples(metrics::Page& page, std::string_view about, std::string_view became) const {
    for (std::size_t i = 0; i < about_count; ++i) {
      counts_[i].each([&](Became what, std::uint64_t count) {
        if (count != 0) page.sample({{about, to_text(static_cast<About>(i))}, {became, to_text(what)}}, count);
      });
    }
  }

 private:
  static constexpr auto became_count = static_cast<std::uint32_t>(last) + 1;

  std::array<metrics::CounterSet<Became, last>, about_count> counts_;
};

}  // namespace gatehouse::database
