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
///     gatehouse:session:<keys>:<server>       the current epoch
///     gatehouse:session:<epoch>:ends          sorted set: what is over, by when that is forgotten; and the
///                                             epoch's mark
///     gatehouse:session:<epoch>:<session>     an entry
///     gatehouse:session:<epoch>:cover:<join>  says that this joiner is covered
///
/// All of them expire by themselves. The ends of an epoch are one key, so Redis forgets all of them or none, and
/// without the mark in them the epoch is over: nothing is read from it or written to it any more.

/// How long an entry lasts at most.
inline constexpr std::chrono::milliseconds shared_entry_life{600'000};
/// How old an entry may be when it arrives to be written. A session's end is remembered for longer, so it refuses every
/// entry that was read before it.
inline constexpr std::chrono::milliseconds fill_age_max{30'000};
inline constexpr std::chrono::milliseconds session_end_life{60'000};
/// Longer than an entry lasts, even one that was written at the last moment.
inline constexpr std::chrono::milliseconds user_end_life{660'000};
/// With more ends than this the epoch is over.
inline constexpr std::size_t ends_max = 1'000'000;

[[nodiscard]] std::string epoch_key(const SharedEpoch::Place& place);
[[nodiscard]] std::string cover_key(std::string_view epoch, JoinId join);
/// `name` comes from SharedSessionKeys, like all names here.
[[nodiscard]] std::string entry_key(std::string_view epoch, std::string_view name);

/// Reads the entry, unless its user is over since it was read.
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
/// Answers 1 if the entry is written, 0 if it may be older than an end.
[[nodiscard]] redis::Invocation filling(SharedFill fill);

/// Answers 1, or 0 if the epoch is over.
[[nodiscard]] redis::Invocation ending(std::string_view epoch, std::span<const std::string> names);
/// Begins the epoch if the current one is still `step.before`; answers which epoch there is then.
[[nodiscard]] redis::Invocation beginning(const SharedEpoch::Place& place, const sharing::Begin& step);
/// Answers the time, or 0 if the epoch is over. Makes the epoch last.
[[nodiscard]] redis::Invocation beating(const SharedEpoch::Place& place, std::string_view epoch);
/// Answers 1, or 0 if another epoch has begun.
[[nodiscard]] redis::Invocation covering(const SharedEpoch::Place& place, const sharing::Cover& step);

}  // namespace gatehouse::sessions
