#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "database/call_observer.hpp"
#include "database/change_observer.hpp"

namespace gatehouse::database {

/// Everything in this process that remembers something from the database: caches today, whatever else must hear of
/// changes tomorrow; and everything that measures its calls. A Provider owns one; its Databases and its change feed
/// tell it everything.
///
/// All change observers hear all announcements. None subscribes to topics, because a topic left out would be a
/// forgotten invalidation that no compiler sees.
///
/// Threads: observers are added while the process is put together, before its io threads run; from then on the list
/// does not change, and everything else may be called from any thread.
class Observers : public std::enable_shared_from_this<Observers> {
 public:
  Observers() = default;
  Observers(const Observers&) = delete;
  Observers& operator=(const Observers&) = delete;

  /// `observer` outlives the last call of Database and the change feed.
  void add(ChangeObserver& observer) { observers_.emplace_back(observer); }
  void add(CallObserver& observer) { call_observers_.emplace_back(observer); }

  void announce(std::span<const Announcement> announcements) const noexcept;
  /// Passes on what another process announced. Text that is no announcement is a change that nobody can name; an
  /// announcement of a topic that nobody here knows concerns nobody here.
  void hear(std::string_view text) const noexcept;
  void time_told(const ServerTime& time) const noexcept;
  void feed_proved(BootTime trusted_until) const noexcept;
  void feed_lost() const noexcept;
  void called(const EndedCall& call) const noexcept;
  void occurred(const Occurrence& occurrence) const noexcept;

 private:
  std::vector<std::reference_wrapper<ChangeObserver>> observers_;
  std::vector<std::reference_wrapper<CallObserver>> call_observers_;
};

}  // namespace gatehouse::database
