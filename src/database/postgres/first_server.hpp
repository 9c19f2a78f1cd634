#pragma once

#include <atomic>
#include <cstddef>

namespace gatehouse::database::postgres {

/// Which of several servers to connect to: what connections and attempts to connect learn from each other. Thread-safe;
/// every value is usable, so no memory ordering between threads is needed.
///
/// An attempt begins at the server that was connected to last, until a server gives no answer or hangs up. libpq goes
/// on to the next server only if one refuses the connection or takes no writes, so without this every attempt would
/// begin at the same servers, and end where the last one ended.
///
/// The server that was connected to last has taken the place of all others. One of those may come back and believe for
/// a moment that it is the primary: connections to it are not used again.
class FirstServer {
 public:
  [[nodiscard]] std::size_t get() const noexcept { return position_.load(std::memory_order_relaxed); }
  /// The server that was connected to last.
  [[nodiscard]] std::size_t connected() const noexcept { return connected_.load(std::memory_order_relaxed); }

  /// An attempt that began while connected() was `before` has reached `position`. False if another server has been
  /// connected to since: the attempt may have waited for one that is no longer the primary, so it does not count.
  [[nodiscard]] bool connect(std::size_t before, std::size_t position) noexcept {
    std::size_t expected = before;
    const bool is_news = connected_.compare_exchange_strong(expected, position, std::memory_order_relaxed);
    if (!is_news && expected != position) return false;
    position_.store(position, std::memory_order_relaxed);
    return true;
  }

  /// An attempt that began at `begun` got no further than `reached`, of `count` servers. Of several attempts that began
  /// there, only one counts.
  void pass_over(std::size_t begun, std::size_t reached, std::size_t count) noexcept {
    std::size_t expected = begun;
    position_.compare_exchange_strong(expected, (reached + 1) % count, std::memory_order_relaxed);
  }

 private:
  std::atomic<std::size_t> position_ = 0;
  std::atomic<std::size_t> connected_ = 0;
};

}  // namespace gatehouse::database::postgres
