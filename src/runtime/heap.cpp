#include "runtime/heap.hpp"

#include <malloc.h>
#include <unistd.h>

#include <fstream>
#include <tuple>

namespace gatehouse::runtime {

std::optional<HeapUse> read_heap_use() {
  std::ifstream statm{"/proc/self/statm"};  // proc(5): total and resident size, in pages
  std::size_t total_pages = 0;
  std::size_t resident_pages = 0;
  if (!(statm >> total_pages >> resident_pages)) return std::nullopt;
  return HeapUse{.resident = resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)),
                 .free_heap = ::mallinfo2().fordblks};
}

void release_free_heap() noexcept { std::ignore = ::malloc_trim(0); }

}  // namespace gatehouse::runtime
