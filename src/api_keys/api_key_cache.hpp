#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "api_keys/key_table.hpp"
#include "base/boot_clock.hpp"
#include "database/change_observer.hpp"
#include "metrics/counter.hpp"
#include "metrics/page.hpp"

namespace gatehouse::api_keys {

/// Remembers the table of API keys, so that checking a key costs no query, even if the key is made up. One per process,
/// shared by its threads, each of which has a TableInUse.
///
/// Once this process knows that a key was changed, the cache never answers for the key as it was before:
/// - A reader takes a ticket (begin_fill) before it asks the database and hands it to insert(). A change in between
///   makes the ticket worthless, so what was read before the change cannot enter the cache after it.
/// - Changes arrive as announcements, this process's own from Database::commit(), other processes' from the feed. From
///   then until the table is read again, the named key and keys that are not in the table are unknown; all others are
///   still answered for. While changes might be missed, from on_feed_lost() to the next on_feed_proved() and before the
///   first one, all keys are unknown.
/// - Each answer is given only before the end of the feed's last proof (docs/adr/0020-trust-has-a-time.md).
class ApiKeyCache final : public database::ChangeObserver {
 public:
  /// `clock` outlives the cache; the proofs of the feed use the same clock.
  explicit ApiKeyCache(const BootClock& clock) : clock_(clock) {}

  /// What the cache looked like before a fill.
  struct FillTicket {
    std::uint64_t generation;
  };
  [[nodiscard]] FillTicket begin_fill() const noexcept { return {generation_.load(std::memory_order_acquire)}; }
  /// Whether nothing was changed since.
  [[nodiscard]] bool is_current(FillTicket ticket) const noexcept {
    return generation_.load(std::memory_order_acquire) == ticket.generation;
  }
  /// How often per second the table may be read again for keys that it does not accept. A client that makes or rotates
  /// a key on one replica and uses it at once on another must not be refused because the announcement is still under
  /// way; and made-up keys must not cause a query each.
  static constexpr std::uint32_t doubts_max = 20;
  /// Takes one of these readings; false: none is left.
  [[nodiscard]] bool may_doubt() noexcept;

  /// Stores the whole table, unless a change overtook the ticket. Answers come from it only while the feed is heard.
  void insert(FillTicket ticket, std::vector<StoredKey> keys);

  /// The table as one thread holds it. Before each use the thread asks newest() for a newer one.
  struct TableInUse {
    std::shared_ptr<KeyTable> table;
    std::uint64_t version = 0;
  };
  /// The newest table, whether it may be answered from or not; null before the first one. Locks only if it has changed.
  [[nodiscard]] const KeyTable* newest(TableInUse& in_use) const noexcept;
  /// Whether answers may come from the table now.
  [[nodiscard]] bool may_answer() const noexcept {
    return clock_.now() < trusted_until_.load(std::memory_order_relaxed);
  }

  /// Uses that are not written to the database yet.
  [[nodiscard]] std::vector<KeyUse> uses_to_write() const;
  /// Notes that these uses are written.
  void note_written(const std::vector<KeyUse>& uses) noexcept;

  void on_feed_proved(BootTime trusted_until) noexcept override;
  void on_feed_lost() noexcept override;
  /// Handles key_topic (api_keys/topics.hpp); nothing remembered here depends on another topic.
  void on_announcement(const database::Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override;

  /// The metrics gatehouse_api_key….
  void write(metrics::Page& page) const;

 private:
  [[nodiscard]] std::shared_ptr<KeyTable> table() const noexcept;
  void give_up_all() noexcept;

  const BootClock& clock_;
  std::atomic<BootTime> trusted_until_{BootTime::min()};  ///< min() while there is no feed
  std::atomic<std::uint64_t> generation_{0};              ///< moves with each change; written under mutex_
  std::atomic<std::uint64_t> version_{0};                 ///< of table_; written under mutex_
  std::atomic<BootTime> doubting_since_{};                ///< the start of the second that doubts_ counts
  std::atomic<std::uint32_t> doubts_{0};
  metrics::Counter readings_;

  mutable std::mutex mutex_;
  std::shared_ptr<KeyTable> table_;  ///< guarded by mutex_; null before the first fill
};

}  // namespace gatehouse::api_keys
