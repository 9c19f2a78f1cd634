#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/reply.hpp"
#include "redis/script.hpp"
#include "sessions/shared_epoch.hpp"

namespace gatehouse::sessions {

/// What Redis holds of an epoch (shared_epoch.hpp), and the scripts that change it:
///
///     gatehouse:session:<keys>:<server>       the epoch that there is
///     gatehouse:session:<epoch>:ends          sorted set: what is over, by when that is forgotten; and the epoch's
///     mark gatehouse:session:<epoch>:<session>     an entry gatehouse:session:<epoch>:cover:<join>  that this joiner
///     is covered
///
/// All of them end by themselves. The ends of an epoch are one key, so Redis forgets all of them or none, and without
/// the mark in them the epoch is over: nothing is read from it or written to it any more.

/// How long an entry lasts at most.
inline constexpr std::chrono::milliseconds shared_entry_life{600'000};
/// How much older than its arrival what is written may be. What a session's end refuses was read before that: it is
/// remembered for longer.
inline constexpr std::chrono::milliseconds fill_age_max{30'000};
inline constexpr std::chrono::milliseconds session_end_life{60'000};
/// Longer than an entry lasts that was written at the last moment.
inline constexpr std::chrono::milliseconds user_end_life{660'000};
/// Above it the epoch is over.
inline constexpr std::size_t ends_max = 1'000'000;

[[nodiscard]] std::string epoch_key(const SharedEpoch::Place& place);
[[nodiscard]] std::string cover_key(std::string_view epoch, JoinId join);
/// `name` is of SharedSessionKeys, as are all names here.
[[nodiscard]] std::string entry_key(std::string_view epoch, std::string_view name);

/// The entry, unless its user is over since.
[[nodiscard]] redis::Invocation reading(std::string_view epoch, const std::string& session);

/// An entry to write.
struct SharedFill {
  std::string_view epoch;
  std::string session;
  std::string user;
  SharedTime read_at;
  std::string sealed;
  std::chrono::milliseconds life;
};
/// 1 where it is written; 0 where it may be older than an end.
[[nodiscard]] redis::Invocation filling(SharedFill fill);

/// 1; 0 where the epoch is over.
[[nodiscard]] redis::Invocation ending(std::string_view epoch, std::span<const std::string> names);
/// Which epoch there is then; done where that is still `step.before`.
[[nodiscard]] redis::Invocation beginning(const SharedEpoch::Place& place, const sharing::Begin& step);
/// The time; 0 where the epoch is over. Makes it last.
[[nodiscard]] redis::Invocation beating(const SharedEpoch::Place& place, std::string_view epoch);
/// 1; 0 where another epoch has begun.
[[nodiscard]] redis::Invocation covering(const SharedEpoch::Place& place, const sharing::Cover& step);

}  // namespace gatehouse::sessions
