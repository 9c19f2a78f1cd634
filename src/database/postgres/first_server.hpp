#pragma once

#include <atomic>
#include <cstddef>

namespace gatehouse::database::postgres {

/// Which of several servers an attempt to connect tries first: the one that was connected to last, until one of them is
/// silent or hangs up. libpq goes on to the next server only from one that refuses the connection or takes no writes,
/// so without this every attempt would begin at the same servers, and end where the last one ended. Thread-safe; every
/// value is a good one, so no order between threads is needed.
class FirstServer {
 public:
  [[nodiscard]] std::size_t get() const noexcept { return position_.load(std::memory_order_relaxed); }
  void prefer(std::size_t position) noexcept { position_.store(position, std::memory_order_relaxed); }

  /// An attempt that began at `begun` got no further than `reached`, of `count` servers. Of several attempts that began
  /// there one counts.
  void pass_over(std::size_t begun, std::size_t reached, std::size_t count) noexcept {
    std::size_t expected = begun;
    position_.compare_exchange_strong(expected, (reached + 1) % count, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t> position_ = 0;
};

}  // namespace gatehouse::database::postgres
