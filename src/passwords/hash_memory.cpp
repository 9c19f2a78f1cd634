#include "passwords/hash_memory.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <utility>

namespace gatehouse::passwords {

// Invariants, per thread. base_ and size_ are both zero or describe one mapping of size_ bytes plus one huge page.
// lent_ is null or the first huge page in it, and while it is lent the mapping neither grows nor goes away: lend()
// refuses a second borrower, and release() is for callers outside a scope. What was never lent goes to the kernel, so a
// wrong guess about libsodium costs only speed.

// NOLINTBEGIN(*-reserved-identifier,cert-dcl*,readability-identifier-naming): the linker's names under --wrap. `real`
// is the system's function, `wrap` what objects linked into the program call.
extern "C" {
void* __real_mmap(void* address, std::size_t length, int protection, int flags, int file, off_t offset) noexcept;
int __real_munmap(void* address, std::size_t length) noexcept;
void* __wrap_mmap(void* address, std::size_t length, int protection, int flags, int file, off_t offset) noexcept;
int __wrap_munmap(void* address, std::size_t length) noexcept;
}

namespace {

constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;
/// Smaller mappings than this are not Argon2's.
constexpr std::size_t lend_bytes_min = std::size_t{1} << 20U;

constexpr std::uintptr_t round_up(std::uintptr_t value) {
  return (value + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
}

/// One thread's mapping.
class KeptMapping {
 public:
  KeptMapping() = default;
  KeptMapping(const KeptMapping&) = delete;
  KeptMapping& operator=(const KeptMapping&) = delete;
  ~KeptMapping() { release(); }

  void open() noexcept { open_ = true; }
  void close() noexcept { open_ = false; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Null if the mapping must not be lent, or if there is no memory.
  void* lend(std::size_t length) noexcept {
    // Without the scope an allocator's own large mapping could be taken for Argon2's, and would live in memory that the
    // next hash overwrites.
    if (!open_ || lent_ != nullptr || length < lend_bytes_min) return nullptr;
    if (size_ < length && !grow(length)) return nullptr;
    lent_ = first_huge_page();
    return lent_;
  }

  /// False if the address is not the lent one.
  bool take_back(const void* address) noexcept {
    if (lent_ == nullptr || address != lent_) return false;
    // The mapping stays, uncleared: the next hash overwrites it, and clearing is the cost that this file saves.
    lent_ = nullptr;
    return true;
  }

  void release() noexcept {
    if (base_ != nullptr) __real_munmap(std::exchange(base_, nullptr), std::exchange(size_, 0) + huge_page_bytes);
  }

 private:
  [[nodiscard]] void* first_huge_page() const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(base_);
    return static_cast<char*>(base_) + (round_up(address) - address);
  }

  bool grow(std::size_t length) noexcept {
    // The old mapping goes first: its contents are worthless, and keeping both would double the peak.
    release();
    const std::size_t size = round_up(length);
    void* const base =
        __real_mmap(nullptr, size + huge_page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) return false;
    base_ = base;
    size_ = size;
    // Both are hints: a kernel without them only makes the first hash slower, or a core dump larger.
    madvise(first_huge_page(), size_, MADV_HUGEPAGE);
    madvise(first_huge_page(), size_, MADV_DONTDUMP);
    return true;
  }

  void* base_ = nullptr;  ///< of size_ bytes plus one huge page, so that the lent part can begin on a huge page
  std::size_t size_ = 0;
  void* lent_ = nullptr;
  bool open_ = false;
};

thread_local KeptMapping kept;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): mmap(2) takes no context

}  // namespace

HashMemoryScope::HashMemoryScope() noexcept { kept.open(); }
HashMemoryScope::~HashMemoryScope() { kept.close(); }

void release_hash_memory() noexcept { kept.release(); }

std::size_t kept_hash_memory() noexcept { return kept.size(); }

void* __wrap_mmap(void* address, std::size_t length, int protection, int flags, int file, off_t offset) noexcept {
  void* const lent = kept.lend(length);
  return lent != nullptr ? lent : __real_mmap(address, length, protection, flags, file, offset);
}

int __wrap_munmap(void* address, std::size_t length) noexcept {
  return kept.take_back(address) ? 0 : __real_munmap(address, length);
}
// NOLINTEND(*-reserved-identifier,cert-dcl*,readability-identifier-naming)

}  // namespace gatehouse::passwords
