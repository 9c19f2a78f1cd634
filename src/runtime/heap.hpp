#pragma once

#include <cstddef>
#include <optional>

namespace gatehouse::runtime {

/// What the process has of the machine's memory, in bytes.
struct HeapUse {
  std::size_t resident = 0;   ///< of the whole process
  std::size_t free_heap = 0;  ///< what malloc holds and nobody uses
};

/// Gives memory back that a crowd of connections has left. malloc keeps what is freed below something that is still in
/// use; after an attack that is nearly everything, for as long as the process lives.
///
/// One per process, called from one thread at a time.
class HeapRelease {
 public:
  /// Less than this is not worth the time for which malloc stands still.
  static constexpr std::size_t worthwhile_bytes = 8 * 1024 * 1024;

  /// Whether so much was freed since the last release that another one is worth it.
  [[nodiscard]] bool is_due(const HeapUse& now) const {
    return now.free_heap >= worthwhile_bytes && now.resident >= left_resident_ + worthwhile_bytes;
  }
  /// `left`: after a release.
  void note(const HeapUse& left) { left_resident_ = left.resident; }

 private:
  std::size_t left_resident_ = 0;
};

/// Nothing where the kernel does not say.
[[nodiscard]] std::optional<HeapUse> read_heap_use();

/// Gives free pages of the heap back to the kernel. Calls of malloc on other threads wait meanwhile.
void release_free_heap() noexcept;

}  // namespace gatehouse::runtime
