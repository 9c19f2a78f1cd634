#include "audit/event_cursor.hpp"

#include <utility>

#include "runtime/all_of.hpp"

namespace gatehouse::audit {

Task<bool> EventCursor::turn_page() {
  if (!has_begun_) co_await read_ahead();
  has_begun_ = true;
  page_ = std::exchange(ahead_, database::Rows{});
  next_ = 0;
  if (page_.empty()) co_return false;
  const EventView last = SealStore::event_of(page_[page_.size() - 1]);
  place_ = {.position = last.position, .id = last.id};
  std::vector<Task<>> tasks;
  // Requested first, so that the database works while this page is hashed.
  if (page_.size() == SealStore::page_rows) tasks.push_back(read_ahead());
  tasks.push_back(hash_page());
  co_await runtime::all_of(std::move(tasks));
  co_return true;
}

Task<> EventCursor::read_ahead() { ahead_ = co_await store_.events(place_, to_); }

Task<> EventCursor::hash_page() {
  leaves_.clear();
  leaves_.reserve(page_.size());
  for (std::size_t i = 0; i < page_.size(); ++i) leaves_.push_back(hasher_(SealStore::event_of(page_[i])));
  co_return;
}

}  // namespace gatehouse::audit
