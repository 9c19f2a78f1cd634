#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

namespace gatehouse::runtime {

/// Detects event loops of the process that are stuck; the loops watch each other.
///
/// All loops beat at the same interval. A loop that has not beaten during `missed_max` beats of another one is stuck,
/// until it beats again. Beats are counted rather than timed, so that no loop looks stuck after the whole process or
/// machine stood still for a while.
///
/// Threads: loops are added while the process is set up, before they run. Then each loop beats on its own thread, and
/// any thread may call has_stuck_loop().
class Pulse {
 public:
  explicit Pulse(std::uint32_t missed_max) : missed_max_(missed_max) {}
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  /// The loop's number.
  [[nodiscard]] std::size_t add_loop();

  void beat(std::size_t loop) noexcept;

  /// Whether a loop, at its last beat, saw another one stuck. It costs a few loads and takes no lock.
  [[nodiscard]] bool has_stuck_loop() const noexcept;

 private:
  /// What a loop knows of another one.
  struct Seen {
    std::uint32_t beats = 0;   ///< the other loop's, at this loop's last beat
    std::uint32_t missed = 0;  ///< beats of this loop since then
  };
  /// On its own cache line, because each loop is written by a different thread.
  struct alignas(64) Loop {
    std::atomic<std::uint32_t> beats = 0;
    std::atomic<bool> sees_stuck = false;
    std::vector<Seen> others;  ///< used by its own thread alone; one for each loop, including itself
  };

  const std::uint32_t missed_max_;
  std::deque<Loop> loops_;
};

}  // namespace gatehouse::runtime
