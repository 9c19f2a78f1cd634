#include "dongles/dongle_cache.hpp"

#include "dongles/topics.hpp"

namespace gatehouse::dongles {

DongleCache::Ticket DongleCache::ticket() const {
  const std::scoped_lock lock{mutex_};
  return changes_;
}

void DongleCache::remember(UserId user, const std::vector<Dongle>& dongles, Ticket ticket) {
  const std::scoped_lock lock{mutex_};
  if (!hears() || ticket != changes_) return;
  if (known_.size() >= users_max) known_.clear();
  known_.insert_or_assign(user.value, dongles);
}

std::optional<std::vector<Dongle>> DongleCache::find(UserId user) const {
  const std::scoped_lock lock{mutex_};
  const auto found = known_.find(user.value);
  if (found == known_.end() || boot_now() >= trusted_until_) return std::nullopt;
  return found->second;
}

void DongleCache::on_feed_proved(BootTime trusted_until) noexcept {
  const std::scoped_lock lock{mutex_};
  if (!hears()) forget_all();
  trusted_until_ = trusted_until;
}

void DongleCache::on_feed_lost() noexcept {
  const std::scoped_lock lock{mutex_};
  trusted_until_ = BootTime::min();
  forget_all();
}

void DongleCache::on_announcement(const database::Announcement& announcement) noexcept {
  auto user = dongles_topic.id_in(announcement);
  if (!user) user = user_topic.id_in(announcement);
  if (!user) return;
  const std::scoped_lock lock{mutex_};
  ++changes_;
  known_.erase(user->value);
}

void DongleCache::on_unknown_change() noexcept {
  const std::scoped_lock lock{mutex_};
  forget_all();
}

/// Called under the lock.
void DongleCache::forget_all() noexcept {
  ++changes_;
  known_.clear();
}

}  // namespace gatehouse::dongles
