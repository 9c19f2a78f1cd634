#include "simulation/history.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sessions/topics.hpp"

namespace gatehouse::simulation {
namespace {

constexpr std::string_view probe_prefix = "probe/";
constexpr TimePoint wall_clock{};

std::string email_of(std::size_t version) { return std::to_string(version) + "@example.com"; }

std::size_t version_in(std::string_view email) {
  std::size_t version = 0;
  std::from_chars(email.data(), email.data() + email.size(), version);
  return version;
}

}  // namespace

History::History(std::uint64_t seed, Feed feed, Fault fault) : feed_(feed), fault_(fault), chance_(seed) {
  for (auto& replica : replicas_) replica = std::make_unique<Replica>(clock_);
  for (std::size_t i = 0; i < Truth::session_count; ++i) seen_.push_back(truth_.session(i).id);
}

std::optional<std::string> History::run() {
  for (std::size_t step = 0; step < steps; ++step) {
    let_time_pass(chance_.one_in(20) ? chance_.up_to(milliseconds{1'500}) : chance_.up_to(milliseconds{25}));
    if (auto wrong = check_all()) return wrong;
    Replica& replica = *replicas_[chance_.below(replica_count)];
    if (clock_.time >= replica.stands_still_until) act(replica);
    if (chance_.one_in(15)) change_by_sql();
    if (chance_.one_in(25)) disturb(*replicas_[chance_.below(replica_count)]);
    if (auto wrong = check_all()) return wrong;
  }
  return std::nullopt;
}

/// A process that stands still answers nobody.
std::optional<std::string> History::check_all() {
  for (const auto& replica : replicas_) {
    if (clock_.time < replica->stands_still_until) continue;
    for (const SessionId id : seen_) {
      if (auto wrong = check(*replica, id)) return wrong;
    }
  }
  return std::nullopt;
}

void History::let_time_pass(milliseconds duration) {
  const Instant end = clock_.time + duration;
  for (const auto& replica : replicas_) {
    const Instant begin = clock_.time;
    while (feed_once(*replica, end)) {
    }
    clock_.time = begin;
  }
  clock_.time = end;
}

/// Does the next thing that happens to the replica's feed by `until`; false if there is none. A replica that stands
/// still finds all of it later, after it was asked.
bool History::feed_once(Replica& replica, Instant until) {
  if (until <= replica.stands_still_until) return false;
  clock_.time = std::max(clock_.time, replica.stands_still_until);
  if (feed_ == Feed::rows) return look_once(replica, until);
  if (!replica.link.is_open()) {
    if (replica.reconnects_at > until) return false;
    clock_.time = std::max(clock_.time, replica.reconnects_at);
    connect(replica);
    return true;
  }
  const auto arrival = replica.link.next_arrival();
  if (arrival && *arrival <= until && *arrival <= replica.probe.due_at()) {
    clock_.time = std::max(clock_.time, *arrival);
    hear(replica, replica.link.take());
    return true;
  }
  if (replica.probe.due_at() > until) return false;
  clock_.time = std::max(clock_.time, replica.probe.due_at());
  if (replica.probe.due() == FeedProbe::Due::probe) {
    send_probe(replica);
  } else {
    lose_feed(replica);
  }
  return true;
}

void History::connect(Replica& replica) {
  replica.link.open();
  replica.probe.begin(clock_.time);
  send_probe(replica);
}

void History::send_probe(Replica& replica) {
  std::string text = std::string{probe_prefix} + replica.probe.send(clock_.time);
  if (replica.link.is_silent()) return;
  replica.link.send(
      {.text = std::move(text), .version = 0, .arrives_at = clock_.time + chance_.up_to(Link::latency_max)});
}

void History::lose_feed(Replica& replica) {
  replica.link.cut();
  replica.probe.lose();
  replica.reconnects_at = clock_.time + chance_.up_to(milliseconds{300});
  if (std::exchange(replica.told_ready, false)) replica.observers.feed_lost();
}

void History::hear(Replica& replica, const Notification& notification) {
  const std::string_view text = notification.text;
  if (text.starts_with(probe_prefix)) {
    if (!replica.probe.hear(text.substr(probe_prefix.size()), clock_.time)) return;
    replica.told_ready = true;
    Instant trusted_until = replica.probe.trusted_until();
    if (fault_ == Fault::feed_trusted_without_end) trusted_until = Instant::max();
    return replica.observers.feed_proved(trusted_until);
  }
  hear_announcement(replica, notification.text, notification.version);
}

void History::hear_announcement(Replica& replica, const std::string& text, std::size_t version) {
  replica.observers.hear(text);
  const auto heard = database::read_announcement(text);
  if (!heard) return;
  const database::Announcement& told = heard->announcement;
  if (const auto session = sessions::session_topic.id_in(told)) replica.ended_sessions.insert(session->value);
  if (const auto user = sessions::user_topic.id_in(told)) {
    replica.versions[user->value] = std::max(replica.versions[user->value], version);
  }
}

void History::act(Replica& replica) {
  switch (chance_.below(6)) {
    case 0:
    case 1:
      return begin_fill(replica);
    case 2:
    case 3:
      return end_fill(replica);
    case 4:
      return begin_write(replica);
    default:
      return advance_write(replica);
  }
}

void History::begin_fill(Replica& replica) {
  const std::size_t session = chance_.below(Truth::session_count);
  const auto ticket = replica.cache.begin_fill(truth_.session(session).id);
  const Truth::Row row = truth_.read(session);
  if (!row.session.ended_at) replica.fills.push_back({ticket, row});
}

void History::end_fill(Replica& replica) {
  if (replica.fills.empty()) return;
  const auto place = replica.fills.begin() + static_cast<std::ptrdiff_t>(chance_.below(replica.fills.size()));
  Fill fill = *place;
  replica.fills.erase(place);
  const auto& session = fill.row.session;
  if (fault_ == Fault::fill_without_ticket) fill.ticket = replica.cache.begin_fill(session.id);
  const std::string email = email_of(fill.row.version);
  replica.cache.insert(fill.ticket,
                       {.principal = {.user = session.user, .session = session.id, .expires_at = TimePoint::max()},
                        .secret = {},
                        .valid_until = TimePoint::max(),
                        .profile = sessions::Profile{.email = email, .first_name = "", .last_name = ""}});
}

void History::begin_write(Replica& replica) {
  const std::size_t session = chance_.below(Truth::session_count);
  if (truth_.session(session).ended_at) {
    truth_.log_in(session);
    return seen_.push_back(truth_.session(session).id);
  }
  const bool ends = chance_.one_in(2);
  Write write{.session = session,
              .announcement = ends ? sessions::session_topic.of(truth_.session(session).id)
                                   : sessions::user_topic.of(truth_.user_of(session).id),
              .entry = table_.take_entry()};
  announce(replica, write);
  replica.writes.push_back(write);
}

void History::advance_write(Replica& replica) {
  if (replica.writes.empty()) return;
  const auto place = replica.writes.begin() + static_cast<std::ptrdiff_t>(chance_.below(replica.writes.size()));
  Write& write = *place;
  if (!write.is_committed && !write.is_given_up && chance_.one_in(4)) {
    write.is_given_up = true;
    return announce(replica, write);
  }
  if (!write.is_committed) {
    commit(write);
    if (!write.is_given_up) return;
  } else {
    acknowledge(replica, write);
  }
  replica.writes.erase(place);
}

void History::commit(Write& write) {
  write.is_committed = true;
  if (write.announcement.topic == sessions::session_topic.name) {
    // A write that was given up may come after the session's place was taken by another login.
    if (sessions::session_topic.of(truth_.session(write.session).id) != write.announcement) return;
    truth_.end(write.session, clock_.time);
  } else {
    truth_.change_user_of(write.session, clock_.time);
    write.version = truth_.user_of(write.session).changes.size();
  }
  tell_others(write.entry, database::to_text(write.announcement), write.version);
}

void History::tell_others(std::int64_t entry, const std::string& text, std::size_t version) {
  if (feed_ == Feed::rows) {
    record(entry, text, version);
  } else {
    notify(text, version);
  }
}

/// Whoever makes a change, it is announced: the service's writes announce it themselves, all others have triggers.
void History::notify(const std::string& text, std::size_t version) {
  for (const auto& replica : replicas_) {
    if (!replica->link.is_open()) continue;
    if (fault_ == Fault::lost_notification && chance_.one_in(10)) continue;
    replica->link.send(
        {.text = text, .version = version, .arrives_at = clock_.time + chance_.up_to(Link::latency_max)});
  }
}

/// Changes one row, or so many that they are announced as a change of everything.
void History::change_by_sql() {
  const std::size_t session = chance_.below(Truth::session_count);
  std::string told;
  if (chance_.one_in(3)) {
    for (std::size_t each = 0; each < Truth::session_count; ++each) truth_.end(each, clock_.time);
    told = "all";
  } else if (chance_.one_in(2)) {
    truth_.end(session, clock_.time);
    told = database::to_text(sessions::session_topic.of(truth_.session(session).id));
  } else {
    truth_.change_user_of(session, clock_.time);
    told = database::to_text(sessions::user_topic.of(truth_.user_of(session).id));
  }
  if (fault_ == Fault::sql_without_trigger) return;
  tell_others(table_.take_entry(), told, truth_.user_of(session).changes.size());
}

void History::announce(Replica& replica, const Write& write) {
  if (fault_ != Fault::write_without_announcement) replica.observers.announce({&write.announcement, 1});
}

void History::acknowledge(Replica& replica, const Write& write) {
  announce(replica, write);
  if (write.announcement.topic == sessions::session_topic.name) {
    replica.ended_sessions.insert(write.announcement.id);
  } else {
    replica.versions[write.announcement.id] = std::max(replica.versions[write.announcement.id], write.version);
  }
}

void History::disturb(Replica& replica) {
  switch (chance_.below(5)) {
    case 0:
      return replica.link.set_silent(true);
    case 1:
      return replica.link.set_silent(false);
    case 2:
      if (replica.look) replica.look->is_lost = true;
      if (replica.link.is_open()) lose_feed(replica);
      return;
    case 3:
      replica.stands_still_until = clock_.time + chance_.up_to(milliseconds{10'000});
      return;
    default:
      return restart(replica);
  }
}

/// The new one remembers nothing, and what the old one had on its way to the database is lost.
void History::restart(Replica& replica) {
  auto fresh = std::make_unique<Replica>(clock_);
  fresh->reconnects_at = clock_.time + chance_.up_to(milliseconds{300});
  for (auto& own : replicas_) {
    if (own.get() == &replica) own = std::move(fresh);
  }
}

std::optional<std::string> History::check(Replica& replica, SessionId id) const {
  sessions::SessionView view;
  if (!replica.cache.find(id, {}, wall_clock, view)) return std::nullopt;
  const Truth::Row row{.session = {.id = id, .user = view.principal().user, .ended_at = {}},
                       .version = version_in(view.profile().email)};
  if (replica.ended_sessions.contains(id.value)) return describe(row, "its end was known here");
  const auto known = replica.versions.find(row.session.user.value);
  if (known != replica.versions.end() && row.version < known->second) return describe(row, "its change was known here");
  const auto since = truth_.stale_since(row);
  if (since && clock_.time - *since > FeedProbe::interval + FeedProbe::deadline) {
    return describe(row, "it has been stale for longer than a silent feed is trusted");
  }
  return std::nullopt;
}

std::string History::describe(const Truth::Row& row, const char* why) const {
  return "session " + std::to_string(row.session.id.value) + ", profile " + std::to_string(row.version) +
         ", was answered after " + std::to_string((clock_.time - Instant{}) / milliseconds{1}) + " ms: " + why;
}

}  // namespace gatehouse::simulation
