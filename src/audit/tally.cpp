#include "audit/tally.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "json/writer.hpp"

namespace gatehouse::audit {

Event event_of(const Counted& counted) {
  const Refused& refused = counted.refused;
  Event event{.type = refused.type,
              .at = counted.minute,
              .origin = {.kind = ActorKind::key,
                         .actor = refused.actor,
                         .request_id = {},
                         .address = refused.address,
                         .user_agent = {}},
              .outcome = Outcome::refused,
              .reason = refused.reason,
              .user = refused.user};
  json::Writer writer{event.details};
  writer.begin_object().member("count", counted.count);
  if (!counted.name.empty()) writer.member("tally", counted.name);
  writer.end_object();
  return event;
}

void Tally::add(Refused refused, TimePoint now) {
  const std::scoped_lock lock{mutex_};
  count({std::chrono::floor<std::chrono::minutes>(now), std::move(refused)}, 1);
}

void Tally::put_back(std::vector<Counted> counts) {
  const std::scoped_lock lock{mutex_};
  std::ranges::move(counts, std::back_inserter(unsure_));
}

/// Called with the mutex locked.
void Tally::count(Key key, std::uint64_t count) {
  if (counts_.size() >= entries_max && !counts_.contains(key)) {
    key.refused.actor.clear();
    key.refused.address.clear();
    key.refused.user.reset();
  }
  counts_[std::move(key)] += count;
}

std::vector<Counted> Tally::take(TimePoint now, std::size_t count_max) {
  return take_before(std::chrono::floor<std::chrono::minutes>(now), count_max);
}

std::vector<Counted> Tally::take_all(std::size_t count_max) { return take_before(TimePoint::max(), count_max); }

std::vector<Counted> Tally::take_before(TimePoint end, std::size_t count_max) {
  const std::scoped_lock lock{mutex_};
  std::vector<Counted> taken;
  while (!unsure_.empty() && taken.size() < count_max) {
    taken.push_back(std::move(unsure_.back()));
    unsure_.pop_back();
  }
  while (!counts_.empty() && taken.size() < count_max && counts_.begin()->first.minute < end) {
    auto node = counts_.extract(counts_.begin());
    taken.push_back({node.key().minute, std::move(node.key().refused), node.mapped()});
  }
  return taken;
}

}  // namespace gatehouse::audit
