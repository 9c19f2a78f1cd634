#pragma once

#include <cstddef>

namespace gatehouse::passwords {

/// The memory that Argon2id works in, kept by its thread from one hash to the next.
///
/// libsodium maps its 19 MiB anew for every hash and unmaps them after it. The kernel has to find and clear 4,864 pages
/// each time, which on virtual machines takes longer than the hash itself: with two threads on two cores, 131 hashes a
/// second with fresh memory, 304 with kept memory. libsodium has no allocator to set, so the program links it
/// statically and the linker sends its calls of mmap and munmap here (`--wrap`, src/CMakeLists.txt).
///
/// While a HashMemoryScope lives, the first large mapping requested on its thread is the kept one; everything else goes
/// to the kernel as usual. Its contents stay until the next hash or release_hash_memory(), and out of core dumps.
///
/// Threads: everything here concerns the calling thread only. A thread that ends gives its memory back.
class HashMemoryScope {
 public:
  HashMemoryScope() noexcept;
  ~HashMemoryScope();
  HashMemoryScope(const HashMemoryScope&) = delete;
  HashMemoryScope& operator=(const HashMemoryScope&) = delete;
};

/// Gives the calling thread's kept memory back to the kernel, which clears it. Must not be called while a
/// HashMemoryScope lives.
void release_hash_memory() noexcept;

/// Bytes that the calling thread keeps.
[[nodiscard]] std::size_t kept_hash_memory() noexcept;

}  // namespace gatehouse::passwords
