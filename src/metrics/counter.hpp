#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace gatehouse::metrics {

/// Counts what happens on any thread. Adding is one atomic instruction, reading is exact for what was added before.
class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// Counts what happens on one thread. Only that thread adds, with a plain increment; any thread may read. Whoever reads
/// two counters of a thread sees in the second all that was added before what it saw in the first.
class ThreadCounter {
 public:
  void add(std::uint64_t count = 1) noexcept {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_release);
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// A counter for each value of an enum that begins at 0 and ends with `last`.
template <class Enum, Enum last>
class CounterSet {
 public:
  static constexpr std::size_t size = static_cast<std::size_t>(last) + 1;

  void add(Enum what, std::uint64_t count = 1) noexcept { counters_[static_cast<std::size_t>(what)].add(count); }
  [[nodiscard]] std::uint64_t value(Enum what) const noexcept {
    return counters_[static_cast<std::size_t>(what)].value();
  }

  /// Calls `use(value, count)` for each value of the enum.
  template <class Use>
  void each(Use use) const {
    for (std::size_t i = 0; i < size; ++i) use(static_cast<Enum>(i), counters_[i].value());
  }

 private:
  std::array<Counter, size> counters_;
};

}  // namespace gatehouse::metrics
