#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sessions/shared_epoch.hpp"
#include "simulation/world.hpp"

namespace gatehouse::simulation {

using sessions::Ended;
using sessions::SharedTime;

/// What is broken on purpose, to see that the simulation of shared sessions finds it.
enum class SharingFault {
  none,
  lost_delivery,          ///< the store acknowledges ends that it does not keep
  unchecked_fill,         ///< it takes entries that are older than an end
  unchecked_read,         ///< it answers with entries that are older than an end of their user
  forgotten_ends,         ///< it forgets the ends without forgetting the epoch
  unnoticed_failover,     ///< another server claims to be the previous one
  cover_by_nobody,        ///< a process that joins is told that it is covered
  cover_before_delivery,  ///< a member covers before it has delivered
};

/// An entry: the row as some replica read it.
struct SharedEntry {
  Truth::Row row;
  SharedTime read_at;
  Instant ends_at;
};

/// What one server holds, and the scripts of sessions/sharing_scripts.cpp on it. A copy is a server with the same data.
class SharedStore {
 public:
  explicit SharedStore(SharingFault fault) : fault_(fault) {}

  [[nodiscard]] std::string epoch(Instant now) const;
  [[nodiscard]] std::optional<SharedEntry> read(const std::string& epoch, SessionId session, Instant now) const;
  void fill(const std::string& epoch, const SharedEntry& entry, Instant now);
  [[nodiscard]] bool end(const std::string& epoch, const std::vector<Ended>& ended, Instant now);
  [[nodiscard]] std::string begin(const sessions::sharing::Begin& step, Instant now);
  [[nodiscard]] std::optional<SharedTime> beat(const std::string& epoch, Instant now);
  void cover(const sessions::sharing::Cover& step, Instant now);
  [[nodiscard]] std::string cover_of(const sessions::sharing::AskForCover& step) const;

  // What happens to servers.
  void set_clock(milliseconds ahead) { ahead_ = ahead; }
  void forget_everything();
  void evict(Chance& chance);

 private:
  /// The ends of one epoch.
  struct Ends {
    std::map<Ended, std::int64_t> until_ms;
    std::int64_t clock_ms = 0;
    Instant ends_at;
  };

  [[nodiscard]] std::int64_t now_of(const Ends& ends, Instant now) const;
  [[nodiscard]] Ends* find(const std::string& epoch, Instant now);
  [[nodiscard]] const Ends* find(const std::string& epoch, Instant now) const;
  [[nodiscard]] static bool is_over(const Ends& ends, const Ended& ended, milliseconds life, SharedTime read_at);

  SharingFault fault_;
  milliseconds ahead_{0};
  std::string epoch_;
  Instant epoch_ends_at_{};
  std::map<std::string, Ends> ends_;
  std::map<std::pair<std::string, std::int64_t>, SharedEntry> entries_;
  std::set<std::pair<std::string, std::int64_t>> covers_;
};

}  // namespace gatehouse::simulation
