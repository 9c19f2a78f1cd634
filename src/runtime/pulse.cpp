#include "runtime/pulse.hpp"

#include <algorithm>

namespace gatehouse::runtime {

std::size_t Pulse::add_loop() {
  loops_.emplace_back();
  for (Loop& loop : loops_) loop.others.resize(loops_.size());
  return loops_.size() - 1;
}

void Pulse::beat(std::size_t loop) noexcept {
  Loop& own = loops_[loop];
  own.beats.fetch_add(1, std::memory_order_relaxed);
  bool sees_stuck = false;
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    Seen& seen = own.others[i];
    const std::uint32_t beats = loops_[i].beats.load(std::memory_order_relaxed);
    seen = {.beats = beats, .missed = beats == seen.beats ? seen.missed + 1 : 0};
    sees_stuck |= seen.missed >= missed_max_;
  }
  own.sees_stuck.store(sees_stuck, std::memory_order_relaxed);
}

bool Pulse::has_stuck_loop() const noexcept {
  return std::ranges::any_of(loops_, [](const Loop& loop) { return loop.sees_stuck.load(std::memory_order_relaxed); });
}

}  // namespace gatehouse::runtime
