#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/boot_clock.hpp"
#include "base/ids.hpp"
#include "database/change_observer.hpp"
#include "dongles/model.hpp"

namespace gatehouse::dongles {

/// Remembers the dongles of users who were recently asked for. One per process, shared by its threads.
///
/// A reader takes a ticket before it asks the database and returns it with what it found. Any change in between makes
/// the ticket worthless, so that an old list cannot enter after the change.
class DongleCache final : public database::ChangeObserver {
 public:
  static constexpr std::size_t users_max = 10'000;  ///< when one more comes, the cache is emptied first

  /// How many changes the cache had heard of when the ticket was taken.
  using Ticket = std::uint64_t;
  [[nodiscard]] Ticket ticket() const;
  /// Ignored if the ticket is worthless, or if the cache would not hear of changes.
  void remember(UserId user, const std::vector<Dongle>& dongles, Ticket ticket);
  /// nullopt: the database must be asked.
  [[nodiscard]] std::optional<std::vector<Dongle>> find(UserId user) const;

  void on_feed_proved(BootTime trusted_until) noexcept override;
  void on_feed_lost() noexcept override;
  void on_announcement(const database::Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override;

 private:
  [[nodiscard]] bool hears() const noexcept { return trusted_until_ != BootTime::min(); }
  void forget_all() noexcept;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  BootTime trusted_until_ = BootTime::min();  ///< min() while there is no feed
  Ticket changes_ = 0;
  std::unordered_map<std::int64_t, std::vector<Dongle>> known_;
};

}  // namespace gatehouse::dongles
