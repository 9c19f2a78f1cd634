#pragma once

#include <atomic>
#include <memory>

namespace gatehouse::database::sqlite {

/// Lets an io_context be destroyed as soon as its calls have ended.
///
/// A thread that posts to an io_context may still touch it after the posted function has run. So posting threads are
/// counted, and a SqliteDatabase, which is destroyed before its io_context, waits until the count is zero.
class Handover {
 public:
  void begin() noexcept { posting_.fetch_add(1, std::memory_order_acq_rel); }
  void end() noexcept {
    posting_.fetch_sub(1, std::memory_order_acq_rel);
    posting_.notify_all();
  }

  /// Blocks for the short time in which other threads may still be in post().
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
