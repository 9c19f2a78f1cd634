// The part of a history in which feeds read rows.
#include <algorithm>
#include <utility>

#include "simulation/history.hpp"

namespace gatehouse::simulation {
namespace {

using database::postgres::AnnouncementReader;

constexpr milliseconds look_interval{100};

}  // namespace

/// Does the next thing that happens to a feed that reads rows.
bool History::look_once(Replica& replica, Instant until) {
  const Instant next = replica.look ? replica.look->arrives_at : replica.look_at;
  if (next > until) return false;
  clock_.time = std::max(clock_.time, next);
  if (replica.look) {
    take_look(replica);
  } else {
    send_look(replica);
  }
  return true;
}

void History::send_look(Replica& replica) {
  replica.reader.send(clock_.time);
  replica.look = table_.look(replica.reader.position());
  replica.look->is_lost = replica.link.is_silent();
  const milliseconds time = replica.look->is_lost ? FeedProbe::deadline : 2 * chance_.up_to(Link::latency_max);
  replica.look->arrives_at = clock_.time + time;
}

/// The database may execute a look when it is sent, or only when the answer comes.
void History::take_look(Replica& replica) {
  Look look = *std::exchange(replica.look, std::nullopt);
  replica.look_at = clock_.time + look_interval;
  AnnouncementReader& reader = replica.reader;
  if (look.is_lost) {
    if (!reader.is_overdue(clock_.time)) return;
    reader.lose();
    return replica.observers.feed_lost();
  }
  if (chance_.one_in(2)) look = table_.look(reader.position());
  const AnnouncementReader::News news = reader.take(look.page);
  if (news.is_lost) replica.observers.feed_lost();
  for (const auto* const row : news.rows) hear_announcement(replica, row->text, look.versions[row->entry]);
  Instant trusted_until = news.trusted_until.value();
  if (fault_ == Fault::feed_trusted_without_end) trusted_until = Instant::max();
  if (fault_ == Fault::trust_since_the_answer) trusted_until = clock_.time + AnnouncementReader::trust;
  replica.observers.feed_proved(trusted_until);
  if (reader.unplaced_since() && chance_.one_in(3)) table_.place();
  if (chance_.one_in(20)) table_.sweep(fault_ != Fault::unnoted_deletion);
}

/// A ring may be lost; a replica that hears it looks at once.
void History::record(std::int64_t entry, const std::string& text, std::size_t version) {
  if (fault_ == Fault::lost_notification && chance_.one_in(10)) return;
  table_.commit(entry, text, version);
  if (fault_ == Fault::position_at_insertion) table_.place_by_entry();
  for (const auto& replica : replicas_) {
    if (chance_.one_in(2)) replica->look_at = std::min(replica->look_at, clock_.time);
  }
}

}  // namespace gatehouse::simulation
