#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "audit/leaf.hpp"
#include "audit/seal_store.hpp"
#include "runtime/task.hpp"

namespace gatehouse::audit {

/// Goes through events in the order of sealing, a page at a time; the database reads the next page while this one is
/// hashed. Belongs to its store's thread.
class EventCursor {
 public:
  /// Goes from the event after a place up to a position. `store` outlives the cursor.
  EventCursor(SealStore& store, SealingPlace after, std::int64_t to) : store_(store), place_(after), to_(to) {}

  /// Calls `use(event, its leaf hash)` for each event up to this position that was not passed yet. `use` must outlive
  /// the task.
  template <class Use>
  [[nodiscard]] Task<> pass(std::int64_t to, Use& use) {
    while (pass_within_page(to, use)) {
      const bool more = co_await turn_page();
      if (!more) co_return;
    }
  }

 private:
  /// True at the end of the page.
  template <class Use>
  [[nodiscard]] bool pass_within_page(std::int64_t to, Use& use) {
    for (; next_ < page_.size(); ++next_) {
      const EventView event = SealStore::event_of(page_[next_]);
      if (event.position > to) return false;
      use(event, leaves_[next_]);
    }
    return true;
  }
  /// False if there is no next page.
  [[nodiscard]] Task<bool> turn_page();
  [[nodiscard]] Task<> read_ahead();
  [[nodiscard]] Task<> hash_page();

  SealStore& store_;
  SealingPlace place_;  ///< of the last event of the page
  const std::int64_t to_;
  bool has_begun_ = false;
  database::Rows page_;
  std::vector<Hash> leaves_;  ///< of the page
  std::size_t next_ = 0;      ///< in the page
  database::Rows ahead_;      ///< the next page; empty: there is none
  LeafHasher hasher_;
};

}  // namespace gatehouse::audit
