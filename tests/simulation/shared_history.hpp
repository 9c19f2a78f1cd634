#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "simulation/shared_store.hpp"
#include "simulation/world.hpp"

namespace gatehouse::simulation {

/// A server that replicas share sessions in.
struct SharedServer {
  SharedServer(SharedStore data, std::string its_name) : store(std::move(data)), name(std::move(its_name)) {}

  SharedStore store;
  std::string name;
  bool is_up = true;
  Instant stands_still_until{};
};

/// A connection to a server. What is sent on it arrives in order, and so do the answers.
struct Wire {
  std::shared_ptr<SharedServer> server;  ///< null: closed
  std::size_t serial = 0;
  Instant last_sent{};
  Instant last_answered{};
};

/// One process of the service: its cache, its epoch and what keeps it, its feed, and its two connections.
struct SharingProcess {
  SharingProcess(const BootClock& clock, crypto::Random& random) : cache(1 << 20, clock), epoch(clock, random) {
    observers.add(epoch);
    observers.add(cache);
  }

  sessions::SessionCache cache;
  sessions::SharedEpoch epoch;
  database::Observers observers;
  bool is_dead = false;
  Instant stands_still_until{};
  Instant reaches_servers_from{};

  FeedProbe probe;
  bool is_linked = false;
  bool told_ready = false;
  std::size_t link_serial = 0;
  std::size_t due_serial = 0;
  Instant last_arrival{};
  Instant silent_until{};

  Wire keeper;
  Wire reader;
  std::size_t keeper_turn = 0;  ///< of the latest wait
  bool is_keeper_waiting = false;

  // What it has heard or acknowledged: it must never answer as if it had not.
  std::set<std::int64_t> ended_sessions;
  std::map<std::int64_t, std::size_t> versions;
};

/// One random history of three processes that share sessions in a server, and of their one database: the feed is late,
/// silent or cut, processes stand still or are killed, the server loses writes by a failover or a restart, stands
/// still, cannot be reached by some or all, forgets keys, and its clock jumps; queries are answered, and entries
/// written, up to minutes after they began.
///
/// The same must hold as without the server (history.hpp): a process that has heard of a change, or acknowledged it,
/// never answers with the state before it; and none answers with the state before a change for longer than a silent
/// feed is trusted.
class SharedHistory {
 public:
  static constexpr std::size_t process_count = 3;
  static constexpr std::size_t steps = 300;

  explicit SharedHistory(std::uint64_t seed, SharingFault fault = SharingFault::none);

  /// Describes an answer that should not have been given; nullopt if all answers were right.
  [[nodiscard]] std::optional<std::string> run();

  /// How often a shared entry was believed.
  [[nodiscard]] std::size_t hits() const { return hits_; }
  /// How often a process joined the epoch that others share.
  [[nodiscard]] std::size_t joins() const { return joins_; }

 private:
  using Process = std::shared_ptr<SharingProcess>;
  using Event = std::function<void()>;
  using Row = std::optional<Truth::Row>;
  /// A session, and its slot when it was asked for.
  struct Wanted {
    std::size_t slot;
    SessionId id;
  };
  /// crypto::Random, from the history's Chance.
  class RandomOfChance;

  void at(Instant time, Event event);
  void in(const Process& process, Instant time, Event event);
  void run_until(Instant time);
  [[nodiscard]] Instant soon() { return clock_.time + chance_.up_to(latency_max); }

  // The feed.
  void connect_feed(const Process& process);
  void send_probe(const Process& process);
  void watch_probe(const Process& process);
  void lose_feed(const Process& process);
  void travel(const Process& process, Event heard);
  void commit(const database::Announcement& announcement, std::size_t slot);
  void notify(const std::string& text, std::size_t version);
  void hear(const Process& process, const std::string& text, std::size_t version);

  // The keeper.
  void wake(const Process& process);
  void keep(const Process& process);
  void take(const Process& process, const sessions::sharing::Step& step);
  void open(const Process& process, Wire& wire);
  static void close(Wire& wire);
  [[nodiscard]] static sessions::SharedEpoch::Place place_of(const Wire& wire);
  template <class Answer>
  void ask(const Process& process, Wire& wire, std::function<Answer(SharedStore&)> work,
           std::function<void(std::optional<Answer>)> done);
  template <class Answer>
  void ask_as_keeper(const Process& process, std::function<Answer(SharedStore&)> work,
                     std::function<void(std::optional<Answer>)> done);

  // Requests.
  void act(const Process& process);
  void check(const Process& process, std::size_t slot);
  void query(const Process& process, Wanted wanted, sessions::SessionCache::FillTicket ticket,
             std::optional<sessions::SharedEpoch::Ticket> shared);
  void end_query(const Process& process, const Row& row, sessions::SessionCache::FillTicket ticket,
                 const std::optional<sessions::SharedEpoch::Ticket>& shared);
  void remember(const Process& process, const Truth::Row& row, sessions::SessionCache::FillTicket ticket);
  void write(const Process& process, std::size_t slot);
  void change_by_sql();
  void look_at(const SharingProcess& process, const Truth::Row& row, const char* where);

  // What goes wrong.
  void disturb();
  void disturb_process(const Process& process);
  void stand_still(SharingProcess& process);
  void disturb_server();
  void fail_over();
  Process start();

  static constexpr milliseconds latency_max{12};

  const SharingFault fault_;
  Chance chance_;
  std::unique_ptr<crypto::Random> random_;
  SimulatedClock clock_;
  Truth truth_;
  std::multimap<Instant, Event> events_;
  std::vector<Process> processes_;
  std::shared_ptr<SharedServer> server_;  ///< the one that new connections reach
  SharedStore copy_;                      ///< its data at some earlier time
  std::size_t servers_ = 0;
  int standstills_ = 0;
  std::size_t hits_ = 0;
  std::size_t joins_ = 0;
  std::optional<std::string> wrong_;
};

}  // namespace gatehouse::simulation
