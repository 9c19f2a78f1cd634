#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace gatehouse::runtime {

/// Whether all event loops of a process turn, as they see it of each other.
///
/// Each loop beats at one interval. A loop that has not beaten for `missed_max` beats of another one is stuck, until it
/// beats again. Beats are counted, and not timed: where the whole process or machine stood still for a while, no loop
/// is behind the others.
///
/// Threads: loops are added while the process is put together, before they run; then each loop beats on its own thread,
/// and anybody may ask.
class Pulse {
 public:
  explicit Pulse(std::uint32_t missed_max) : missed_max_(missed_max) {}
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// The loop's number.
  [[nodiscard]] std::size_t add_loop();

  void beat(std::size_t loop) noexcept;

  /// Whether a loop saw another one stuck at its last beat. A few loads, no lock.
  [[nodiscard]] bool has_stuck_loop() const noexcept;

 private:
  /// What a loop knows of another one.
  struct Seen {
    std::uint32_t beats = 0;   ///< of the other one, at this loop's last beat
    std::uint32_t missed = 0;  ///< beats of this loop since then
  };
  /// On a cache line of its own, for another thread writes it.
  struct alignas(64) Loop {
    std::atomic<std::uint32_t> beats = 0;
    std::atomic<bool> sees_stuck = false;
    std::vector<Seen> others;  ///< its own thread's, one for each loop, itself included
  };

  const std::uint32_t missed_max_;
  std::deque<Loop> loops_;
};

}  // namespace gatehouse::runtime
