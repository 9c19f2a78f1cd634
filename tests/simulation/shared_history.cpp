#include "simulation/shared_history.hpp"

#include <algorithm>
#include <charconv>
#include <type_traits>
#include <utility>
#include <variant>

#include "sessions/topics.hpp"

namespace gatehouse::simulation {
namespace {

using namespace sessions::sharing;
using sessions::SharedEpoch;

constexpr TimePoint some_wall_clock{};
constexpr milliseconds patience{50};

std::string profile_of(std::size_t version) { return std::to_string(version) + "@example.com"; }

std::size_t version_of(std::string_view email) {
  std::size_t version = 0;
  std::from_chars(email.data(), email.data() + email.size(), version);
  return version;
}

}  // namespace

class SharedHistory::RandomOfChance final : public crypto::Random {
 public:
  explicit RandomOfChance(Chance& chance) : chance_(chance) {}
  void fill(std::span<std::byte> out) noexcept override {
    for (std::byte& byte : out) byte = static_cast<std::byte>(chance_.below(256));
  }

 private:
  Chance& chance_;
};

SharedHistory::SharedHistory(std::uint64_t seed, SharingFault fault)
    : fault_(fault),
      chance_(seed),
      random_(std::make_unique<RandomOfChance>(chance_)),
      server_(std::make_shared<SharedServer>(SharedStore{fault}, "server 0")),
      copy_(fault) {
  for (std::size_t i = 0; i < process_count; ++i) processes_.push_back(start());
}

std::optional<std::string> SharedHistory::run() {
  for (std::size_t step = 0; step < steps && !wrong_; ++step) {
    milliseconds pause = chance_.up_to(milliseconds{20});
    if (chance_.one_in(20)) pause = chance_.up_to(milliseconds{1'500});
    if (chance_.one_in(100)) pause = chance_.up_to(milliseconds{80'000});
    run_until(clock_.time + pause);
    const Process& process = processes_[chance_.below(process_count)];
    if (clock_.time >= process->stands_still_until) act(process);
    if (chance_.one_in(25)) change_by_sql();
    if (chance_.one_in(20)) disturb();
  }
  return wrong_;
}

void SharedHistory::at(Instant time, Event event) { events_.emplace(std::max(time, clock_.time), std::move(event)); }

/// If the process stands still, the event happens later, in the same order.
void SharedHistory::in(const Process& process, Instant time, Event event) {
  at(time, [this, process, event = std::move(event)] {
    if (process->is_dead) return;
    if (clock_.time < process->stands_still_until) return in(process, process->stands_still_until, event);
    event();
  });
}

void SharedHistory::run_until(Instant time) {
  while (!events_.empty() && events_.begin()->first <= time) {
    auto next = events_.extract(events_.begin());
    clock_.time = next.key();
    next.mapped()();
  }
  clock_.time = time;
}

void SharedHistory::connect_feed(const Process& process) {
  process->is_linked = true;
  ++process->link_serial;
  process->last_arrival = clock_.time;
  process->probe.begin(clock_.time);
  send_probe(process);
}

void SharedHistory::send_probe(const Process& process) {
  const std::string number = process->probe.send(clock_.time);
  travel(process, [this, process, number] {
    if (!process->probe.hear(number, clock_.time)) return;
    process->told_ready = true;
    process->observers.feed_proved(process->probe.trusted_until());
    wake(process);
    watch_probe(process);
  });
  watch_probe(process);
}

void SharedHistory::watch_probe(const Process& process) {
  const std::size_t serial = ++process->due_serial;
  in(process, process->probe.due_at(), [this, process, serial] {
    if (serial != process->due_serial || !process->is_linked) return;
    if (process->probe.due() == FeedProbe::Due::probe) return send_probe(process);
    lose_feed(process);
  });
}

void SharedHistory::lose_feed(const Process& process) {
  process->is_linked = false;
  ++process->link_serial;
  process->probe.lose();
  if (std::exchange(process->told_ready, false)) process->observers.feed_lost();
  in(process, clock_.time + chance_.up_to(milliseconds{300}), [this, process] {
    if (!process->is_linked) connect_feed(process);
  });
}

/// Arrives in order, and late if the link is silent.
void SharedHistory::travel(const Process& process, Event heard) {
  process->last_arrival =
      std::max({clock_.time + chance_.up_to(Link::latency_max), process->last_arrival, process->silent_until});
  in(process, process->last_arrival, [process, serial = process->link_serial, heard = std::move(heard)] {
    if (serial == process->link_serial) heard();
  });
}

void SharedHistory::notify(const std::string& text, std::size_t version) {
  for (const Process& process : processes_) {
    if (process->is_linked) travel(process, [this, process, text, version] { hear(process, text, version); });
  }
}

void SharedHistory::hear(const Process& process, const std::string& text, std::size_t version) {
  process->observers.hear(text);
  wake(process);
  const auto heard = database::read_announcement(text);
  if (!heard) return;
  const database::Announcement& told = heard->announcement;
  if (const auto session = sessions::session_topic.id_in(told)) process->ended_sessions.insert(session->value);
  if (const auto user = sessions::user_topic.id_in(told)) {
    process->versions[user->value] = std::max(process->versions[user->value], version);
  }
  const auto join = sessions::join_topic.id_in(told);
  if (!join || fault_ != SharingFault::cover_before_delivery || !process->keeper.server) return;
  SharedStore& store = process->keeper.server->store;
  store.cover({.epoch = store.epoch(clock_.time), .join = *join}, clock_.time);
}

void SharedHistory::wake(const Process& process) {
  if (!std::exchange(process->is_keeper_waiting, false)) return;
  in(process, clock_.time, [this, process] { keep(process); });
}

void SharedHistory::keep(const Process& process) {
  open(process, process->keeper);
  process->epoch.reach(place_of(process->keeper));
  take(process, process->epoch.next());
}

void SharedHistory::take(const Process& process, const Step& step) {
  SharedEpoch& epoch = process->epoch;
  if (const auto* wait = std::get_if<Wait>(&step)) {
    process->is_keeper_waiting = true;
    const std::size_t turn = ++process->keeper_turn;
    in(process, wait->until, [this, process, turn] {
      if (turn == process->keeper_turn) wake(process);
    });
  } else if (std::get_if<sessions::sharing::Look>(&step) != nullptr) {
    ask_as_keeper<std::string>(
        process, [this](SharedStore& store) { return store.epoch(clock_.time); },
        [&epoch](std::optional<std::string> found) { epoch.looked(found); });
  } else if (const auto* announce = std::get_if<Announce>(&step)) {
    at(soon(), [this, join = announce->join] { notify(database::to_text(sessions::join_topic.of(join)), 0); });
    in(process, clock_.time + latency_max + chance_.up_to(latency_max), [this, process, is_done = !chance_.one_in(20)] {
      process->epoch.announced(is_done);
      keep(process);
    });
  } else if (const auto* cover = std::get_if<AskForCover>(&step)) {
    ask_as_keeper<std::string>(
        process, [one = *cover](SharedStore& store) { return store.cover_of(one); },
        [this, &epoch, one = *cover](std::optional<std::string> found) {
          if (found == one.epoch) ++joins_;
          epoch.cover_found(found);
        });
  } else if (const auto* begin = std::get_if<Begin>(&step)) {
    ask_as_keeper<std::string>(
        process, [this, one = *begin](SharedStore& store) { return store.begin(one, clock_.time); },
        [&epoch](std::optional<std::string> there) { epoch.begun(there); });
  } else if (const auto* beat = std::get_if<Beat>(&step)) {
    ask_as_keeper<std::optional<SharedTime>>(
        process, [this, name = beat->epoch](SharedStore& store) { return store.beat(name, clock_.time); },
        [&epoch, sent = clock_.time](std::optional<std::optional<SharedTime>> now) { epoch.beaten(now, sent); });
  } else if (const auto* deliver = std::get_if<Deliver>(&step)) {
    ask_as_keeper<bool>(
        process, [this, one = *deliver](SharedStore& store) { return store.end(one.epoch, one.ended, clock_.time); },
        [&epoch](std::optional<bool> is_done) { epoch.delivered(is_done); });
  } else if (const auto* covering = std::get_if<Cover>(&step)) {
    ask_as_keeper<bool>(
        process,
        [this, one = *covering](SharedStore& store) {
          store.cover(one, clock_.time);
          return true;
        },
        [&epoch](std::optional<bool> is_done) { epoch.covered(is_done.has_value()); });
  }
}

void SharedHistory::open(const Process& process, Wire& wire) {
  if (wire.server || clock_.time < process->reaches_servers_from || !server_->is_up) return;
  wire = {.server = server_, .serial = wire.serial + 1, .last_sent = clock_.time, .last_answered = clock_.time};
}

void SharedHistory::close(Wire& wire) {
  wire.server = nullptr;
  ++wire.serial;
}

SharedEpoch::Place SharedHistory::place_of(const Wire& wire) {
  return {.keys = "keys", .server = wire.server ? std::string_view{wire.server->name} : std::string_view{}};
}

template <class Answer>
void SharedHistory::ask_as_keeper(const Process& process, std::function<Answer(SharedStore&)> work,
                                  std::function<void(std::optional<Answer>)> done) {
  ask<Answer>(process, process->keeper, std::move(work),
              [this, process, done = std::move(done)](std::optional<Answer> answer) {
                process->epoch.reach(place_of(process->keeper));
                done(std::move(answer));
                keep(process);
              });
}

/// What was sent before a connection was closed may still be done.
template <class Answer>
void SharedHistory::ask(const Process& process, Wire& wire, std::function<Answer(SharedStore&)> work,
                        std::function<void(std::optional<Answer>)> done) {
  const auto answered = std::make_shared<bool>(false);
  const auto finish = [answered, done = std::move(done)](std::optional<Answer> answer) {
    if (!std::exchange(*answered, true)) done(std::move(answer));
  };
  in(process, clock_.time + patience, [&wire, serial = wire.serial, answered, finish] {
    if (!*answered && serial == wire.serial) close(wire);
    finish(std::nullopt);
  });
  if (!wire.server) return;
  wire.last_sent = std::max({wire.last_sent, soon(), wire.server->stands_still_until});
  at(wire.last_sent,
     [this, process, &wire, serial = wire.serial, server = wire.server, finish, work = std::move(work)] {
       const bool is_closed = process->is_dead || serial != wire.serial;
       if (!server->is_up || (is_closed && chance_.one_in(2))) return;
       Answer answer = work(server->store);
       if (is_closed) return;
       wire.last_answered = std::max(wire.last_answered, soon());
       in(process, wire.last_answered, [&wire, serial, finish, answer = std::move(answer)] {
         if (serial == wire.serial) finish(answer);
       });
     });
}

void SharedHistory::act(const Process& process) {
  const std::size_t slot = chance_.below(Truth::session_count);
  if (chance_.one_in(8)) return write(process, slot);
  check(process, slot);
}

void SharedHistory::check(const Process& process, std::size_t slot) {
  const SessionId id = truth_.session(slot).id;
  sessions::SessionView view;
  if (process->cache.find(id, {}, some_wall_clock, view)) {
    return look_at(*process,
                   {.session = {.id = id, .user = view.principal().user, .ended_at = {}},
                    .version = version_of(view.profile().email)},
                   "by the cache");
  }
  const auto ticket = process->cache.begin_fill(id);
  open(process, process->reader);
  const auto shared = process->epoch.begin(place_of(process->reader), id);
  if (!shared) return query(process, {slot, id}, ticket, std::nullopt);
  ask<std::optional<SharedEntry>>(
      process, process->reader,
      [this, name = shared->epoch, id](SharedStore& store) { return store.read(name, id, clock_.time); },
      [this, process, slot, id, ticket, shared](std::optional<std::optional<SharedEntry>> answer) {
        if (!answer) return query(process, {slot, id}, ticket, std::nullopt);
        const auto& entry = *answer;
        if (!entry || !process->epoch.is_good(*shared, entry->row.session.id, entry->row.session.user)) {
          return query(process, {slot, id}, ticket, shared);
        }
        ++hits_;
        look_at(*process, entry->row, "from what is shared");
        remember(process, entry->row, ticket);
      });
}

void SharedHistory::query(const Process& process, Wanted wanted, sessions::SessionCache::FillTicket ticket,
                          std::optional<SharedEpoch::Ticket> shared) {
  at(soon(), [this, process, wanted, ticket, shared = std::move(shared)] {
    const Truth::Row row = truth_.read(wanted.slot);
    if (row.session.id != wanted.id) return;
    const milliseconds delay = chance_.one_in(30) ? chance_.up_to(milliseconds{100'000}) : chance_.up_to(latency_max);
    in(process, clock_.time + delay, [this, process, row, ticket, shared] { end_query(process, row, ticket, shared); });
  });
}

/// The entry that it writes may be under way for long, too.
void SharedHistory::end_query(const Process& process, const Row& row, sessions::SessionCache::FillTicket ticket,
                              const std::optional<SharedEpoch::Ticket>& shared) {
  if (row->session.ended_at) return;
  remember(process, *row, ticket);
  if (!shared || !process->epoch.is_good(*shared, row->session.id, row->session.user)) return;
  const SharedEntry entry{.row = *row, .read_at = shared->now, .ends_at = {}};
  const auto& server = process->reader.server;
  if (!server) return;
  const milliseconds delay = chance_.one_in(10) ? chance_.up_to(milliseconds{100'000}) : chance_.up_to(latency_max);
  at(clock_.time + delay,
     [this, server, name = shared->epoch, entry] { server->store.fill(name, entry, clock_.time); });
}

void SharedHistory::remember(const Process& process, const Truth::Row& row, sessions::SessionCache::FillTicket ticket) {
  const std::string email = profile_of(row.version);
  process->cache.insert(
      ticket, {.principal = {.user = row.session.user, .session = row.session.id, .expires_at = TimePoint::max()},
               .secret = {},
               .valid_until = TimePoint::max(),
               .profile = sessions::Profile{.email = email, .first_name = "", .last_name = ""}});
}

void SharedHistory::write(const Process& process, std::size_t slot) {
  if (truth_.session(slot).ended_at) return truth_.log_in(slot);
  const auto announcement = chance_.one_in(2) ? sessions::session_topic.of(truth_.session(slot).id)
                                              : sessions::user_topic.of(truth_.user_of(slot).id);
  const auto announce = [this, process, announcement] {
    process->observers.announce({&announcement, 1});
    wake(process);
  };
  announce();
  const auto version = std::make_shared<std::size_t>(0);
  const Instant committed_at = soon();
  at(committed_at, [this, announcement, slot, version] {
    commit(announcement, slot);
    *version = truth_.user_of(slot).changes.size();
  });
  const bool is_given_up = chance_.one_in(5);
  in(process, is_given_up ? soon() : committed_at + chance_.up_to(latency_max),
     [process, announce, announcement, version, is_given_up] {
       announce();
       if (is_given_up) return;
       if (announcement.topic == sessions::session_topic.name) process->ended_sessions.insert(announcement.id);
       if (announcement.topic != sessions::user_topic.name) return;
       process->versions[announcement.id] = std::max(process->versions[announcement.id], *version);
     });
}

void SharedHistory::commit(const database::Announcement& announcement, std::size_t slot) {
  if (announcement.topic == sessions::user_topic.name) {
    truth_.change_user_of(slot, clock_.time);
  } else if (announcement.id == truth_.session(slot).id.value) {
    truth_.end(slot, clock_.time);
  }
  notify(database::to_text(announcement), truth_.user_of(slot).changes.size());
}

void SharedHistory::change_by_sql() {
  const std::size_t slot = chance_.below(Truth::session_count);
  if (chance_.one_in(4)) {
    for (std::size_t each = 0; each < Truth::session_count; ++each) truth_.end(each, clock_.time);
    return notify("all", 0);
  }
  const bool ends = chance_.one_in(2);
  commit(ends ? sessions::session_topic.of(truth_.session(slot).id) : sessions::user_topic.of(truth_.user_of(slot).id),
         slot);
}

void SharedHistory::look_at(const SharingProcess& process, const Truth::Row& row, const char* where) {
  const char* why = nullptr;
  const auto known = process.versions.find(row.session.user.value);
  const auto since = truth_.stale_since(row);
  if (since && clock_.time - *since > FeedProbe::interval + FeedProbe::deadline) {
    why = "it has been stale for longer than a silent feed is trusted";
  }
  if (known != process.versions.end() && row.version < known->second) why = "its change was known there";
  if (process.ended_sessions.contains(row.session.id.value)) why = "its end was known there";
  if (why == nullptr || wrong_) return;
  wrong_ = "session " + std::to_string(row.session.id.value) + ", profile " + std::to_string(row.version) +
           ", was answered " + where + " after " + std::to_string((clock_.time - Instant{}) / milliseconds{1}) +
           " ms: " + why;
}

void SharedHistory::disturb() {
  if (chance_.one_in(3)) copy_ = server_->store;
  if (chance_.one_in(2)) return disturb_server();
  disturb_process(processes_[chance_.below(process_count)]);
}

void SharedHistory::disturb_process(const Process& process) {
  switch (chance_.below(6)) {
    case 0:
      process->silent_until = clock_.time + chance_.up_to(milliseconds{4'000});
      return;
    case 1:
      if (process->is_linked) lose_feed(process);
      return;
    case 2:
      stand_still(*process);
      return;
    case 3:
      close(chance_.one_in(2) ? process->keeper : process->reader);
      return;
    case 4:
      close(process->keeper);
      close(process->reader);
      process->reaches_servers_from = clock_.time + chance_.up_to(milliseconds{10'000});
      return;
    default:
      process->is_dead = true;
      *std::ranges::find(processes_, process) = start();
  }
}

/// Until a moment at which nothing else happens, so that events that have waited come before what happens then.
void SharedHistory::stand_still(SharingProcess& process) {
  if (clock_.time < process.stands_still_until) return;
  process.stands_still_until =
      clock_.time + chance_.up_to(milliseconds{10'000}) + std::chrono::nanoseconds{++standstills_};
}

void SharedHistory::disturb_server() {
  switch (chance_.below(6)) {
    case 0:
      return fail_over();
    case 1:
      server_->stands_still_until = clock_.time + chance_.up_to(milliseconds{3'000});
      return;
    case 2:
      return server_->store.forget_everything();
    case 3:
      return server_->store.set_clock(chance_.up_to(milliseconds{200'000}) - milliseconds{100'000});
    case 4:
      for (const Process& process : processes_) {
        close(process->keeper);
        close(process->reader);
        process->reaches_servers_from = clock_.time + milliseconds{2'000};
      }
      return;
    default:
      return server_->store.evict(chance_);
  }
}

/// Fails over to a replica that lacks the latest writes, or restarts from an old snapshot. The old server may go on for
/// those who are connected to it.
void SharedHistory::fail_over() {
  if (chance_.one_in(2)) server_->is_up = false;
  const std::string name =
      fault_ == SharingFault::unnoticed_failover ? server_->name : "server " + std::to_string(++servers_);
  server_ = std::make_shared<SharedServer>(copy_, name);
  for (const Process& process : processes_) {
    if (chance_.one_in(2)) close(process->keeper);
    if (chance_.one_in(2)) close(process->reader);
  }
}

SharedHistory::Process SharedHistory::start() {
  auto process = std::make_shared<SharingProcess>(clock_, *random_);
  in(process, clock_.time + chance_.up_to(milliseconds{300}), [this, process] { connect_feed(process); });
  in(process, clock_.time, [this, process] { keep(process); });
  return process;
}

}  // namespace gatehouse::simulation
