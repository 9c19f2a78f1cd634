#pragma once

#include <atomic>
#include <memory>

namespace gatehouse::database::sqlite {

/// Lets an io_context be destroyed as soon as its calls have ended.
///
/// Posting to an io_context touches it a moment longer than the posted function needs to run there. The thread that
/// posts is counted meanwhile, and a SqliteDatabase, which goes before its io_context, waits for the count to be zero.
class Handover {
 public:
  void begin() noexcept { posting_.fetch_add(1, std::memory_order_acq_rel); }
  void end() noexcept {
    posting_.fetch_sub(1, std::memory_order_acq_rel);
    posting_.notify_all();
  }

  /// Blocks for the moment in which other threads still post what this thread has seen run.
  void wait_until_ended() const noexcept {
    for (unsigned posting = posting_.load(std::memory_order_acquire); posting != 0;
         posting = posting_.load(std::memory_order_acquire)) {
      posting_.wait(posting, std::memory_order_acquire);
    }
  }

 private:
  std::atomic<unsigned> posting_ = 0;
};

using HandoverPtr = std::shared_ptr<Handover>;

}  // namespace gatehouse::database::sqlite
