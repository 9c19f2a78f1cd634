#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace gatehouse::redis {

/// Whether the event loops of this process reach Redis. Each has a connection of its own, and each would tell of one
/// outage; here it is told once. Any thread.
class Reach {
 public:
  /// Reasons of one outage that are told, at most.
  static constexpr std::size_t reasons_max = 16;

  /// A loop that does not reach it yet.
  void add_loop();

  /// A loop reaches it. True where this is news: all do, which did not before.
  [[nodiscard]] bool gain();
  /// A loop that reached it, or did not yet, does not for this reason. True where nobody has told so in this outage.
  [[nodiscard]] bool lose(bool did_reach, std::string_view reason);

  /// All of them do.
  [[nodiscard]] bool is_up() const;

 private:
  mutable std::mutex mutex_;  ///< guards what follows
  std::size_t loops_ = 0;
  std::size_t reaching_ = 0;
  std::set<std::string, std::less<>> reasons_;  ///< that were told in this outage
};

}  // namespace gatehouse::redis
