#include "api_keys/api_key_cache.hpp"

#include <utility>

#include "api_keys/topics.hpp"

namespace gatehouse::api_keys {

// A table is never emptied, because it knows of uses that are not written yet; its keys are given up instead. Three
// values, which change without a lock, decide what may be answered: the end of the feed's proof, whether a key is
// current, and whether the table is complete. A table is stored under the mutex, and only if the generation is still
// the one it was read at, so every change either finds it there or makes its ticket worthless.

void ApiKeyCache::insert(FillTicket ticket, std::vector<StoredKey> keys) {
  readings_.add();
  const std::shared_ptr<KeyTable> before = table();
  auto fresh = std::make_shared<KeyTable>(std::move(keys), before.get());
  const std::scoped_lock lock{mutex_};
  if (!is_current(ticket)) return;
  if (trusted_until_.load(std::memory_order_relaxed) == BootTime::min()) fresh->give_up_all();
  table_ = std::move(fresh);
  version_.fetch_add(1, std::memory_order_release);
}

/// Threads that begin a second at the same time may allow a few more.
bool ApiKeyCache::may_doubt() noexcept {
  const BootTime now = clock_.now();
  if (now - doubting_since_.load(std::memory_order_relaxed) >= std::chrono::seconds{1}) {
    doubting_since_.store(now, std::memory_order_relaxed);
    doubts_.store(0, std::memory_order_relaxed);
  }
  // Compared before it is incremented, so that it never wraps.
  return doubts_.load(std::memory_order_relaxed) < doubts_max &&
         doubts_.fetch_add(1, std::memory_order_relaxed) < doubts_max;
}

const KeyTable* ApiKeyCache::newest(TableInUse& in_use) const noexcept {
  if (version_.load(std::memory_order_acquire) != in_use.version) {
    const std::scoped_lock lock{mutex_};
    in_use.table = table_;
    in_use.version = version_.load(std::memory_order_relaxed);
  }
  return in_use.table.get();
}

std::shared_ptr<KeyTable> ApiKeyCache::table() const noexcept {
  const std::scoped_lock lock{mutex_};
  return table_;
}

std::vector<KeyUse> ApiKeyCache::uses_to_write() const {
  const std::shared_ptr<KeyTable> known = table();
  return known ? known->uses_to_write() : std::vector<KeyUse>{};
}

void ApiKeyCache::note_written(const std::vector<KeyUse>& uses) noexcept {
  if (const std::shared_ptr<KeyTable> known = table()) known->note_written(uses);
}

void ApiKeyCache::give_up_all() noexcept {
  const std::scoped_lock lock{mutex_};
  generation_.fetch_add(1, std::memory_order_release);
  if (table_) table_->give_up_all();
}

void ApiKeyCache::on_feed_proved(BootTime trusted_until) noexcept {
  const BootTime before = trusted_until_.exchange(trusted_until, std::memory_order_relaxed);
  if (before == BootTime::min()) give_up_all();
}

void ApiKeyCache::on_feed_lost() noexcept {
  trusted_until_.store(BootTime::min(), std::memory_order_relaxed);
  give_up_all();
}

void ApiKeyCache::on_announcement(const database::Announcement& announcement) noexcept {
  const auto id = key_topic.id_in(announcement);
  if (!id) return;
  const std::scoped_lock lock{mutex_};
  generation_.fetch_add(1, std::memory_order_release);
  if (table_) table_->give_up(*id);
}

void ApiKeyCache::on_unknown_change() noexcept { give_up_all(); }

void ApiKeyCache::write(metrics::Page& page) const {
  const std::shared_ptr<KeyTable> known = table();
  page.counter("gatehouse_api_key_readings_total", "How often the table of API keys was read.", readings_.value());
  page.gauge("gatehouse_api_keys", "API keys in the table when it was last read.", known ? known->size() : 0);
}

}  // namespace gatehouse::api_keys
