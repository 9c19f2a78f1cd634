#include "sessions/sharing_scripts.hpp"

#include <utility>

// The clock stands still when the server's goes back: what was remembered longest ago is then still the first to be
// forgotten, as it should be. It is the score of the member `clock`, which is never below what is forgotten.

namespace gatehouse::sessions {
namespace {

constexpr std::string_view prefix = "gatehouse:session:";
constexpr std::chrono::milliseconds epoch_life{5'000};  ///< without any member
constexpr std::chrono::milliseconds ends_life{120'000};
constexpr std::chrono::milliseconds cover_life{10'000};

constexpr std::string_view clock_text = R"lua(
local time = redis.call('TIME')
local now = math.max(time[1] * 1000 + math.floor(time[2] / 1000), tonumber(redis.call('ZSCORE', KEYS[1], 'clock')) or 0)
)lua";

// Runs often, and needs no clock.
// KEYS: ends, entry. ARGV: how long a user's end is remembered.
constexpr std::string_view read_text = R"lua(
local entry = redis.call('GET', KEYS[2])
if not entry or not redis.call('ZSCORE', KEYS[1], 'epoch') then return false end
local over = redis.call('ZSCORE', KEYS[1], string.sub(entry, 14, 46))
local read_at = tonumber(string.sub(entry, 1, 13))
if not read_at or over and over - ARGV[1] >= read_at then return false end
return entry
)lua";

// KEYS: ends, entry. ARGV: the entry, its life, when it was read, how old it may be, session, how long its end is
// remembered, user, how long its end is.
constexpr std::string_view fill_text = R"lua(
if not redis.call('ZSCORE', KEYS[1], 'epoch') or now - ARGV[3] > tonumber(ARGV[4]) then return 0 end
for i = 5, 7, 2 do
  local over = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if over and over - ARGV[i + 1] >= tonumber(ARGV[3]) then return 0 end
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
)lua";

// KEYS: ends, entries of the sessions. ARGV: how many ends there may be, and names, each after how long it is
// remembered.
constexpr std::string_view end_text = R"lua(
if not redis.call('ZSCORE', KEYS[1], 'epoch') then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), 'clock')
for i = 2, #KEYS do redis.call('DEL', KEYS[i]) end
for i = 2, #ARGV, 2 do redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[i]), ARGV[i + 1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now))
if redis.call('ZCARD', KEYS[1]) <= tonumber(ARGV[1]) then return 1 end
redis.call('DEL', KEYS[1])
return 0
)lua";

// KEYS: ends of the new epoch, the epoch. ARGV: the one before, the new one, their lives.
constexpr std::string_view begin_text = R"lua(
local there = redis.call('GET', KEYS[2]) or ''
if there ~= ARGV[1] then return there end
redis.call('ZADD', KEYS[1], '+inf', 'epoch')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return ARGV[2]
)lua";

// KEYS: ends, the epoch. ARGV: the epoch, their lives.
constexpr std::string_view beat_text = R"lua(
local there = redis.call('GET', KEYS[2]) or ARGV[1]
if there ~= ARGV[1] or not redis.call('ZSCORE', KEYS[1], 'epoch') then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now), 'clock')
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return now
)lua";

// KEYS: the epoch, the cover. ARGV: the epoch, the cover's life.
constexpr std::string_view cover_text = R"lua(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return 1
)lua";

/// A script that begins with the clock of the ends, its first key.
std::string with_clock(std::string_view text) { return std::string{clock_text}.append(text); }

std::string number(std::chrono::milliseconds time) { return std::to_string(time.count()); }

std::string ends_key(std::string_view epoch) { return entry_key(epoch, "ends"); }

}  // namespace

std::string epoch_key(const SharedEpoch::Place& place) {
  return std::string{prefix}.append(place.keys).append(":").append(place.server);
}

std::string cover_key(std::string_view epoch, JoinId join) {
  return entry_key(epoch, "cover:" + std::to_string(join.value));
}

std::string entry_key(std::string_view epoch, std::string_view name) {
  std::string key;
  key.reserve(prefix.size() + epoch.size() + 1 + name.size());
  return std::move(key.append(prefix).append(epoch).append(":").append(name));
}

redis::Invocation reading(std::string_view epoch, const std::string& session) {
  static const redis::Script script{read_text};
  redis::Invocation invocation{.script = script, .keys = {}, .arguments = {}};
  invocation.keys.reserve(2);
  invocation.keys.push_back(ends_key(epoch));
  invocation.keys.push_back(entry_key(epoch, session));
  invocation.arguments.push_back(number(user_end_life));
  return invocation;
}

redis::Invocation filling(SharedFill fill) {
  static const std::string text = with_clock(fill_text);
  static const redis::Script script{text};
  return {
      .script = script,
      .keys = {ends_key(fill.epoch), entry_key(fill.epoch, fill.session)},
      .arguments = {std::move(fill.sealed), number(fill.life), std::to_string(fill.read_at.ms), number(fill_age_max),
                    std::move(fill.session), number(session_end_life), std::move(fill.user), number(user_end_life)}};
}

redis::Invocation ending(std::string_view epoch, std::span<const std::string> names) {
  static const std::string text = with_clock(end_text);
  static const redis::Script script{text};
  redis::Invocation invocation{.script = script, .keys = {ends_key(epoch)}, .arguments = {std::to_string(ends_max)}};
  for (const std::string& name : names) {
    const bool is_session = name.starts_with('s');
    if (is_session) invocation.keys.push_back(entry_key(epoch, name));
    invocation.arguments.push_back(number(is_session ? session_end_life : user_end_life));
    invocation.arguments.push_back(name);
  }
  return invocation;
}

redis::Invocation beginning(const SharedEpoch::Place& place, const sharing::Begin& step) {
  static const redis::Script script{begin_text};
  return {.script = script,
          .keys = {ends_key(step.epoch), epoch_key(place)},
          .arguments = {step.before, step.epoch, number(epoch_life), number(ends_life)}};
}

redis::Invocation beating(const SharedEpoch::Place& place, std::string_view epoch) {
  static const std::string text = with_clock(beat_text);
  static const redis::Script script{text};
  return {.script = script,
          .keys = {ends_key(epoch), epoch_key(place)},
          .arguments = {std::string{epoch}, number(epoch_life), number(ends_life)}};
}

redis::Invocation covering(const SharedEpoch::Place& place, const sharing::Cover& step) {
  static const redis::Script script{cover_text};
  return {.script = script,
          .keys = {epoch_key(place), cover_key(step.epoch, step.join)},
          .arguments = {step.epoch, number(cover_life)}};
}

}  // namespace gatehouse::sessions
