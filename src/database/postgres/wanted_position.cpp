#include "database/postgres/wanted_position.hpp"

namespace gatehouse::database::postgres {

std::optional<WantedPosition::Ticket> WantedPosition::begin_asking() {
  const std::scoped_lock lock{mutex_};
  if (position_ || asked_ == changes_ || !is_proven()) return std::nullopt;
  asked_ = changes_;  // if no answer comes, the feed's next proof has it asked again
  return Ticket{changes_};
}

WantedPosition::Ticket WantedPosition::ticket() const {
  const std::scoped_lock lock{mutex_};
  return {changes_};
}

void WantedPosition::learn(Ticket ticket, LogPosition position) {
  const std::scoped_lock lock{mutex_};
  if (ticket.changes == changes_) position_ = position;
}

std::optional<LogPosition> WantedPosition::get() const {
  const std::scoped_lock lock{mutex_};
  return is_proven() ? position_ : std::nullopt;
}

void WantedPosition::on_feed_proved(BootTime trusted_until) noexcept {
  const std::scoped_lock lock{mutex_};
  trusted_until_ = trusted_until;
  forget();
}

void WantedPosition::on_feed_lost() noexcept {
  const std::scoped_lock lock{mutex_};
  trusted_until_ = BootTime::min();
  forget();
}

void WantedPosition::on_announcement(const Announcement& /*announcement*/) noexcept {
  const std::scoped_lock lock{mutex_};
  forget();
}

void WantedPosition::on_unknown_change() noexcept {
  const std::scoped_lock lock{mutex_};
  forget();
}

void WantedPosition::forget() noexcept {
  ++changes_;
  position_.reset();
}

}  // namespace gatehouse::database::postgres
