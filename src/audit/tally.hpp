#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/event.hpp"
#include "base/time.hpp"

namespace gatehouse::audit {

/// Refusals that are counted together: of one kind and reason, from one address, with one key and for one user, in one
/// minute.
struct Refused {
  EventType type;
  std::string_view reason;  ///< static, as in Event
  std::string actor;        ///< a key's name; empty: nobody's
  std::string address;      ///< of the client
  std::optional<UserId> user = {};

  friend auto operator<=>(const Refused&, const Refused&) = default;
};

/// How often something was refused in the minute that began at `minute`.
struct Counted {
  TimePoint minute;
  Refused refused;
  std::uint64_t count;
  std::string name = {};  ///< tells it from those of other processes; empty: nobody has tried to record it
};

/// The event that reports it, with `{"count":…,"tally":…}`: the number and the name.
[[nodiscard]] Event event_of(const Counted& counted);

/// Counts refusals that anybody can cause as often as they like, so that the audit trail gets one event for each kind,
/// address, user and minute. The current minute is only in memory; it is lost if the process is killed.
///
/// Any thread.
class Tally {
 public:
  static constexpr std::size_t entries_max = 10'000;  ///< beyond that, refusals from all addresses are counted together
  static constexpr std::chrono::minutes minute{1};

  void add(Refused refused, TimePoint now);
  /// Takes back what may not have been recorded. It is not added to other counts, because it may have been recorded.
  void put_back(std::vector<Counted> counts);

  /// Takes out what was counted in minutes that are over at `now`, at most `count_max`.
  [[nodiscard]] std::vector<Counted> take(TimePoint now, std::size_t count_max);
  /// The same, with the current minute as well.
  [[nodiscard]] std::vector<Counted> take_all(std::size_t count_max);

 private:
  struct Key {
    TimePoint minute;
    Refused refused;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  void count(Key key, std::uint64_t count);
  [[nodiscard]] std::vector<Counted> take_before(TimePoint end, std::size_t count_max);

  std::mutex mutex_;
  std::map<Key, std::uint64_t> counts_;  ///< guarded by mutex_
  std::vector<Counted> unsure_;          ///< was put back, so it is no more than was taken; guarded by mutex_
};

}  // namespace gatehouse::audit
