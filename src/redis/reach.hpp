#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace gatehouse::redis {

/// Whether the event loops of this process reach Redis. Each has its own connection, and each would report the same
/// outage; with this class, each reason of an outage is reported once. Any thread.
class Reach {
 public:
  /// The most reasons that are reported for one outage.
  static constexpr std::size_t reasons_max = 16;

  /// Adds a loop that does not reach Redis yet.
  void add_loop();

  /// Notes that a loop reaches Redis. True if this is news: now all loops do, which was not so before.
  [[nodiscard]] bool gain();
  /// Notes that a loop does not reach Redis, for this reason; `did_reach`: until now it did. True if nobody has
  /// reported this reason in this outage.
  [[nodiscard]] bool lose(bool did_reach, std::string_view reason);

  /// Whether all loops reach Redis.
  [[nodiscard]] bool is_up() const;

 private:
  mutable std::mutex mutex_;  ///< guards what follows
  std::size_t loops_ = 0;
  std::size_t reaching_ = 0;
  std::set<std::string, std::less<>> reasons_;  ///< those reported in this outage
};

}  // namespace gatehouse::redis
