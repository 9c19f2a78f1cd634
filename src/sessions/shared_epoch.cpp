#include "sessions/shared_epoch.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <utility>

#include "base/text.hpp"

namespace gatehouse::sessions {

using namespace sharing;

bool SharedEpoch::may_read() const {
  return phase_ == Phase::member && clock_.now() < std::min(trusted_until_, leased_until_);
}

std::optional<SharedEpoch::Ticket> SharedEpoch::begin(const Place& place, SessionId session) const {
  const std::scoped_lock lock{mutex_};
  if (!may_read() || place.keys != keys_ || place.server != server_) return std::nullopt;
  if (undelivered_.contains({Ended::Kind::session, session.value})) return std::nullopt;
  return Ticket{.turn = turn_, .heard = heard_, .now = store_now_, .epoch = epoch_};
}

bool SharedEpoch::is_good(const Ticket& ticket, SessionId session, UserId user) const {
  const std::array about{Ended{Ended::Kind::session, session.value}, Ended{Ended::Kind::user, user.value}};
  const std::scoped_lock lock{mutex_};
  if (ticket.turn != turn_ || !may_read()) return false;
  return std::ranges::none_of(about, [&](const Ended& ended) {
    return undelivered_.contains(ended) || heard_at_[slot_of(ended)] > ticket.heard;
  });
}

bool SharedEpoch::is_member() const {
  const std::scoped_lock lock{mutex_};
  return may_read();
}

std::uint64_t SharedEpoch::begun_epochs() const {
  const std::scoped_lock lock{mutex_};
  return begun_epochs_;
}

/// Multiplicative hashing (Knuth, The Art of Computer Programming 6.4).
std::size_t SharedEpoch::slot_of(const Ended& ended) const {
  const auto number = static_cast<std::uint64_t>(ended.id) * 2 + (ended.kind == Ended::Kind::user ? 1 : 0);
  return (number * 0x9e3779b97f4a7c15) >> 52;
}

void SharedEpoch::reach(const Place& place) {
  const std::scoped_lock lock{mutex_};
  is_away_ = place.server.empty();
  if (is_away_ || (place.keys == keys_ && place.server == server_)) return;
  keys_ = place.keys;
  server_ = place.server;
  if (phase_ != Phase::deaf) leave();
}

Step SharedEpoch::next() {
  const std::scoped_lock lock{mutex_};
  turn_of_step_ = turn_;
  const BootTime now = clock_.now();
  if (is_away_ || phase_ == Phase::deaf) return Wait{now + failure_pause};
  if (now < paused_until_) return Wait{paused_until_};
  if (phase_ == Phase::uncovered && now >= cover_until_) {
    begin_another(epoch_);
    turn_of_step_ = turn_;
  }
  switch (phase_) {
    case Phase::announcing:
      return Announce{join_};
    case Phase::uncovered:
      return AskForCover{.epoch = epoch_, .join = join_};
    case Phase::beginning:
      return Begin{.before = before_, .epoch = epoch_};
    case Phase::member:
      return next_of_member(now);
    default:
      return Look{};
  }
}

Step SharedEpoch::next_of_member(BootTime now) {
  if (now >= beat_at_) return Beat{epoch_};
  if (queue_.empty()) return Wait{beat_at_};
  return take_from_queue();
}

/// In the order in which things were heard: what a joiner is covered for must be delivered before.
Step SharedEpoch::take_from_queue() {
  if (const auto* join = std::get_if<JoinId>(&queue_.front())) return Cover{.epoch = epoch_, .join = *join};
  while (!queue_.empty() && on_its_way_.size() < batch_max) {
    const auto* ended = std::get_if<Ended>(&queue_.front());
    if (ended == nullptr) break;
    Delivery& delivery = undelivered_[*ended];
    --delivery.queued;
    delivery.is_on_its_way = true;
    on_its_way_.push_back(*ended);
    queue_.pop_front();
  }
  return Deliver{.epoch = epoch_, .ended = on_its_way_};
}

void SharedEpoch::looked(const std::optional<std::string>& epoch) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  if (!epoch) return pause(failure_pause);
  if (epoch->empty()) return begin_another({});
  join(*epoch);
}

void SharedEpoch::announced(bool is_done) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  if (!is_done) {
    leave();
    return pause(failure_pause);
  }
  cover_until_ = clock_.now() + cover_patience;
  become(Phase::uncovered);
}

void SharedEpoch::cover_found(const std::optional<std::string>& epoch) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  if (!epoch || *epoch != epoch_) return pause(cover_interval);
  become(Phase::member);
}

void SharedEpoch::begun(const std::optional<std::string>& epoch) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  if (!epoch) {
    // Under another name: what was sent may still be carried out, even when all that it began with is forgotten.
    begin_another(before_);
    return pause(failure_pause);
  }
  if (*epoch != epoch_) return join(*epoch);
  ++begun_epochs_;
  become(Phase::member);
}

void SharedEpoch::beaten(const std::optional<std::optional<SharedTime>>& now, BootTime sent) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  if (!now) return pause(failure_pause);
  if (!*now) return leave();
  store_now_ = **now;
  leased_until_ = sent + lease;
  beat_at_ = sent + beat_interval;
}

void SharedEpoch::delivered(std::optional<bool> is_done) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  if (is_done && !*is_done) return leave();
  for (const Ended& ended : std::exchange(on_its_way_, {})) {
    Delivery& delivery = undelivered_[ended];
    delivery.is_on_its_way = false;
    heard_at_[slot_of(ended)] = ++heard_;  // what was asked before may have been answered before it was delivered
    if (is_done && delivery.queued == 0) undelivered_.erase(ended);
    if (is_done) continue;
    ++delivery.queued;
    queue_.emplace_front(ended);  // before the joiners that are covered for it
  }
  if (!is_done) pause(failure_pause);
}

void SharedEpoch::covered(bool is_done) {
  const std::scoped_lock lock{mutex_};
  if (is_answer_late()) return;
  queue_.pop_front();
  if (!is_done) pause(failure_pause);
}

void SharedEpoch::become(Phase phase) {
  ++turn_;
  phase_ = phase;
  beat_at_ = BootTime::min();
  leased_until_ = BootTime::min();
}

void SharedEpoch::leave() {
  become(Phase::out);
  queue_.clear();
  undelivered_.clear();
  on_its_way_.clear();
}

/// From here on this process delivers what it hears; the announcement comes later.
void SharedEpoch::join(std::string epoch) {
  leave();
  become(Phase::announcing);
  epoch_ = std::move(epoch);
  std::uint64_t number = 0;
  random_.fill(std::as_writable_bytes(std::span{&number, 1}));
  join_ = JoinId{static_cast<std::int64_t>(number >> 2U) + 1};
}

void SharedEpoch::begin_another(std::string before) {
  leave();
  become(Phase::beginning);
  before_ = std::move(before);
  std::array<char, 8> name;
  random_.fill(std::as_writable_bytes(std::span{name}));
  epoch_ = to_hex({name.data(), name.size()});
}

void SharedEpoch::on_feed_proved(BootTime trusted_until) noexcept {
  const std::scoped_lock lock{mutex_};
  trusted_until_ = trusted_until;
  if (phase_ == Phase::deaf) become(Phase::out);
  bell_.ring();
}

void SharedEpoch::on_feed_lost() noexcept {
  const std::scoped_lock lock{mutex_};
  trusted_until_ = BootTime::min();
  leave();
  become(Phase::deaf);
}

void SharedEpoch::on_announcement(const database::Announcement& announcement) noexcept {
  if (const auto session = session_topic.id_in(announcement)) return hear({Ended::Kind::session, session->value});
  if (const auto user = user_topic.id_in(announcement)) return hear({Ended::Kind::user, user->value});
  if (const auto join = join_topic.id_in(announcement)) cover(*join);
}

/// If there is no room, the joiner begins another epoch.
void SharedEpoch::cover(JoinId join) noexcept {
  const std::scoped_lock lock{mutex_};
  if (phase_ != Phase::member || queue_.size() >= undelivered_max) return;
  try {
    queue_.emplace_back(join);
  } catch (const std::bad_alloc&) {
    return;
  }
  bell_.ring();
}

void SharedEpoch::hear(const Ended& ended) noexcept {
  const std::scoped_lock lock{mutex_};
  heard_at_[slot_of(ended)] = ++heard_;
  if (phase_ == Phase::deaf || phase_ == Phase::out) return;
  if (queue_.size() >= undelivered_max) return leave();
  try {
    Delivery& delivery = undelivered_[ended];
    if (delivery.queued > 0) return;
    queue_.emplace_back(ended);
    ++delivery.queued;
  } catch (const std::bad_alloc&) {
    return leave();
  }
  bell_.ring();
}

/// Every member hears of the change, and none stays in the epoch.
void SharedEpoch::on_unknown_change() noexcept {
  const std::scoped_lock lock{mutex_};
  if (phase_ == Phase::deaf || phase_ == Phase::out) return;
  try {
    begin_another(phase_ == Phase::beginning ? before_ : epoch_);
  } catch (const std::bad_alloc&) {
    leave();
  }
  bell_.ring();
}

}  // namespace gatehouse::sessions
