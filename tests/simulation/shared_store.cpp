#include "simulation/shared_store.hpp"

#include <algorithm>
#include <iterator>

#include "sessions/sharing_scripts.hpp"

namespace gatehouse::simulation {
namespace {

constexpr milliseconds epoch_life{5'000};
constexpr milliseconds ends_life{120'000};

milliseconds life_of(const Ended& ended) {
  return ended.kind == Ended::Kind::session ? sessions::session_end_life : sessions::user_end_life;
}

}  // namespace

/// The clock stands still when the server's goes back.
std::int64_t SharedStore::now_of(const Ends& ends, Instant now) const {
  constexpr std::int64_t some_time_ms = 1'800'000'000'000;
  const std::int64_t told = some_time_ms + std::chrono::floor<milliseconds>(now.time_since_epoch() + ahead_).count();
  return std::max(told, ends.clock_ms);
}

const SharedStore::Ends* SharedStore::find(const std::string& epoch, Instant now) const {
  const auto found = ends_.find(epoch);
  return found != ends_.end() && now < found->second.ends_at ? &found->second : nullptr;
}

SharedStore::Ends* SharedStore::find(const std::string& epoch, Instant now) {
  return const_cast<Ends*>(std::as_const(*this).find(epoch, now));
}

bool SharedStore::is_over(const Ends& ends, const Ended& ended, milliseconds life, SharedTime read_at) {
  const auto found = ends.until_ms.find(ended);
  return found != ends.until_ms.end() && found->second - life.count() >= read_at.ms;
}

std::string SharedStore::epoch(Instant now) const { return now < epoch_ends_at_ ? epoch_ : std::string{}; }

std::optional<SharedEntry> SharedStore::read(const std::string& epoch, SessionId session, Instant now) const {
  const Ends* ends = find(epoch, now);
  const auto found = entries_.find({epoch, session.value});
  if (ends == nullptr || found == entries_.end() || now >= found->second.ends_at) return std::nullopt;
  const Ended user{Ended::Kind::user, found->second.row.session.user.value};
  const bool is_stale = is_over(*ends, user, sessions::user_end_life, found->second.read_at);
  if (is_stale && fault_ != SharingFault::unchecked_read) return std::nullopt;
  return found->second;
}

void SharedStore::fill(const std::string& epoch, const SharedEntry& entry, Instant now) {
  const Ends* ends = find(epoch, now);
  if (ends == nullptr) return;
  const auto& session = entry.row.session;
  const bool is_late = now_of(*ends, now) - entry.read_at.ms > sessions::fill_age_max.count();
  const bool is_stale =
      is_over(*ends, {Ended::Kind::session, session.id.value}, sessions::session_end_life, entry.read_at) ||
      is_over(*ends, {Ended::Kind::user, session.user.value}, sessions::user_end_life, entry.read_at);
  if ((is_late || is_stale) && fault_ != SharingFault::unchecked_fill) return;
  entries_.insert_or_assign({epoch, session.id.value}, entry).first->second.ends_at = now + sessions::shared_entry_life;
}

bool SharedStore::end(const std::string& epoch, const std::vector<Ended>& ended, Instant now) {
  Ends* ends = find(epoch, now);
  if (ends == nullptr) return false;
  if (fault_ == SharingFault::lost_delivery) return true;
  ends->clock_ms = now_of(*ends, now);
  for (const Ended& one : ended) {
    if (one.kind == Ended::Kind::session) entries_.erase({epoch, one.id});
    ends->until_ms[one] = ends->clock_ms + life_of(one).count();
  }
  std::erase_if(ends->until_ms, [&](const auto& one) { return one.second < ends->clock_ms; });
  return true;
}

std::string SharedStore::begin(const sessions::sharing::Begin& step, Instant now) {
  if (epoch(now) != step.before) return epoch(now);
  ends_[step.epoch].ends_at = now + ends_life;
  epoch_ = step.epoch;
  epoch_ends_at_ = now + epoch_life;
  return epoch_;
}

std::optional<SharedTime> SharedStore::beat(const std::string& epoch, Instant now) {
  Ends* ends = find(epoch, now);
  const std::string there = this->epoch(now);
  if (ends == nullptr || (!there.empty() && there != epoch)) return std::nullopt;
  ends->clock_ms = now_of(*ends, now);
  ends->ends_at = now + ends_life;
  epoch_ = epoch;
  epoch_ends_at_ = now + epoch_life;
  return SharedTime{ends->clock_ms};
}

void SharedStore::cover(const sessions::sharing::Cover& step, Instant now) {
  if (epoch(now) == step.epoch) covers_.emplace(step.epoch, step.join.value);
}

std::string SharedStore::cover_of(const sessions::sharing::AskForCover& step) const {
  const bool is_there = covers_.contains({step.epoch, step.join.value});
  return is_there || fault_ == SharingFault::cover_by_nobody ? step.epoch : std::string{};
}

void SharedStore::forget_everything() {
  ends_.clear();
  entries_.clear();
  covers_.clear();
  epoch_ends_at_ = {};
}

/// Evicts a key: the epoch's, that of all its ends, or an entry's.
void SharedStore::evict(Chance& chance) {
  if (chance.one_in(3)) {
    epoch_ends_at_ = {};
  } else if (chance.one_in(2)) {
    if (fault_ == SharingFault::forgotten_ends) {
      for (auto& [epoch, ends] : ends_) ends.until_ms.clear();
    } else {
      ends_.erase(epoch_);
    }
  } else if (!entries_.empty()) {
    entries_.erase(std::next(entries_.begin(), static_cast<std::ptrdiff_t>(chance.below(entries_.size()))));
  }
}

}  // namespace gatehouse::simulation
