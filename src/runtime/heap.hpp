#pragma once

#include <cstddef>
#include <optional>

namespace gatehouse::runtime {

/// The memory that the process uses, in bytes.
struct HeapUse {
  std::size_t resident = 0;   ///< the whole process
  std::size_t free_heap = 0;  ///< held by malloc, but unused
};

/// Decides when to return memory to the kernel after many connections have ended. malloc keeps freed memory that lies
/// below something still in use; after an attack that is nearly everything, for as long as the process lives.
///
/// One per process, called from one thread at a time.
class HeapRelease {
 public:
  /// Less than this is not worth the time during which calls of malloc wait.
  static constexpr std::size_t worthwhile_bytes = 8 * 1024 * 1024;

  /// Whether enough was freed since the last release to make another one worthwhile.
  [[nodiscard]] bool is_due(const HeapUse& now) const {
    return now.free_heap >= worthwhile_bytes && now.resident >= left_resident_ + worthwhile_bytes;
  }
  /// Records the memory in use after a release.
  void note(const HeapUse& left) { left_resident_ = left.resident; }

 private:
  std::size_t left_resident_ = 0;
};

/// Nothing if the kernel does not report it.
[[nodiscard]] std::optional<HeapUse> read_heap_use();

/// Returns free pages of the heap to the kernel. Meanwhile calls of malloc on other threads wait.
void release_free_heap() noexcept;

}  // namespace gatehouse::runtime
