#pragma once

#include <atomic>
#include <cstddef>

namespace gatehouse::database::postgres {

/// Which of several servers an attempt to connect tries first: the one that was connected to last, until it is silent.
/// Without it every attempt would begin at a server that is gone without a word, and wait there. Thread-safe; every
/// value is a good one, so no order between threads is needed.
class FirstServer {
 public:
  [[nodiscard]] std::size_t get() const noexcept { return position_.load(std::memory_order_relaxed); }
  void prefer(std::size_t position) noexcept { position_.store(position, std::memory_order_relaxed); }

  /// An attempt that began at `silent`, of `count` servers, has had no answer for a while. Of several such attempts one
  /// counts.
  void pass_over(std::size_t silent, std::size_t count) noexcept {
    std::size_t expected = silent;
    position_.compare_exchange_strong(expected, (silent + 1) % count, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t> position_ = 0;
};

}  // namespace gatehouse::database::postgres
