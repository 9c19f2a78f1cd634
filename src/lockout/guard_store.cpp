#include "lockout/guard_store.hpp"

#include <utility>

namespace gatehouse::lockout {
namespace {

using database::announces_nothing;
using database::Blob;
using database::Change;
using database::Parameters;
using database::Rows;
using database::Statement;
using database::Write;

// Invariants. An attempt is counted from take_place() on: in in_flight while its period is the row's, in
// in_flight_before for one period more, then no longer. So an attempt that never ends lapses, without a timer and
// without a row for each attempt. A row's period never goes back, whatever the clocks of the replicas say.
// blocked_until is 0 while nobody has to wait; it is never "now", so the clocks do not matter to those who need not
// wait.
//
// There is a place while failures and attempts under way together are fewer than LOCKOUT_FREE. Beyond that, and below
// LOCKOUT_DISABLE_AFTER, there is a place for one attempt at a time, once the wait is over.
constexpr Write take_a_place{
    "guards_take_place",
    "INSERT INTO login_guards (account_key, part, failures, in_flight, in_flight_before, period, blocked_until, "
    "updated_at) VALUES ($1, $2, 0, 1, 0, $3, 0, $4) ON CONFLICT (account_key, part) DO UPDATE SET "
    "in_flight = CASE WHEN login_guards.period < $3 THEN 1 ELSE login_guards.in_flight + 1 END, "
    "in_flight_before = CASE WHEN login_guards.period >= $3 THEN login_guards.in_flight_before "
    "WHEN login_guards.period = $3 - 1 THEN login_guards.in_flight ELSE 0 END, "
    "period = CASE WHEN login_guards.period < $3 THEN $3 ELSE login_guards.period END, updated_at = $4 "
    "WHERE login_guards.failures < $6 AND (login_guards.failures < $5 OR login_guards.blocked_until <= $4) "
    "AND CASE WHEN login_guards.period >= $3 THEN login_guards.in_flight + login_guards.in_flight_before "
    "WHEN login_guards.period = $3 - 1 THEN login_guards.in_flight ELSE 0 END "
    "< CASE WHEN login_guards.failures < $5 THEN $5 - login_guards.failures ELSE 1 END "
    "RETURNING period, failures",
    announces_nothing};

// The wait is a second, doubled for each failure beyond LOCKOUT_FREE; 2^20 seconds exceed every LOCKOUT_DELAY_MAX.
constexpr Write count_failure{
    "guards_fail",
    "UPDATE login_guards SET failures = failures + 1, "
    "blocked_until = CASE WHEN failures + 1 < $5 THEN 0 WHEN failures + 1 >= $5 + 20 THEN $4 + $6 "
    "WHEN CAST(1000000 AS bigint) << CAST(failures + 1 - $5 AS integer) > $6 THEN $4 + $6 "
    "ELSE $4 + (CAST(1000000 AS bigint) << CAST(failures + 1 - $5 AS integer)) END, "
    "in_flight = in_flight - CASE WHEN period = $3 AND in_flight > 0 THEN 1 ELSE 0 END, "
    "in_flight_before = in_flight_before - CASE WHEN period = $3 + 1 AND in_flight_before > 0 THEN 1 ELSE 0 END, "
    "updated_at = $4 WHERE account_key = $1 AND part = $2 RETURNING failures",
    announces_nothing};

constexpr Write forget_failures{
    "guards_succeed",
    "UPDATE login_guards SET failures = 0, blocked_until = 0, "
    "in_flight = in_flight - CASE WHEN period = $3 AND in_flight > 0 THEN 1 ELSE 0 END, "
    "in_flight_before = in_flight_before - CASE WHEN period = $3 + 1 AND in_flight_before > 0 THEN 1 ELSE 0 END, "
    "updated_at = $4 WHERE account_key = $1 AND part = $2 "
    "AND EXISTS (SELECT 1 FROM users WHERE id = $5 AND password_hash = $6 AND disabled_at IS NULL)",
    announces_nothing};

constexpr Write touch_guard{
    "guards_touch", "UPDATE login_guards SET updated_at = $3 WHERE account_key = $1 AND part = $2", announces_nothing};

constexpr Write give_place_back{
    "guards_give_back",
    "UPDATE login_guards SET in_flight = in_flight - CASE WHEN period = $3 AND in_flight > 0 THEN 1 ELSE 0 END, "
    "in_flight_before = in_flight_before - CASE WHEN period = $3 + 1 AND in_flight_before > 0 THEN 1 ELSE 0 END "
    "WHERE account_key = $1 AND part = $2",
    announces_nothing};

constexpr Write unlock_account{"guards_unlock", "DELETE FROM login_guards WHERE account_key = $1", announces_nothing};

constexpr Statement find_state{"guards_state",
                               "SELECT failures, blocked_until FROM login_guards WHERE account_key = $1 AND part = $2"};

constexpr Statement find_end_of_batch{
    "guards_end_of_batch",
    "SELECT account_key, part FROM login_guards WHERE (account_key, part) >= ($1, $2) "
    "ORDER BY account_key, part LIMIT 1 OFFSET $3"};

// Counters of emails that nobody has are deleted even at LOCKOUT_DISABLE_AFTER, because nobody can unlock them.
constexpr Write forget_idle_rows{
    "guards_forget_idle",
    "DELETE FROM login_guards WHERE (account_key, part) >= ($1, $2) AND (account_key, part) < ($3, $4) "
    "AND (failures = 0 AND updated_at < $5 "
    "OR (failures < $7 OR substr(account_key, 3) = $8) AND updated_at < $6) "
    "AND EXISTS (SELECT 1 FROM leases WHERE name = $9 AND holder = $10)",
    announces_nothing};

std::int64_t period_of(TimePoint now) { return now.time_since_epoch() / GuardStore::period; }

Parameters key_of(const Guard& guard) { return {Blob{guard.account}, Blob{guard.part}}; }

Parameters key_of(const Place& place) {
  Parameters parameters = key_of(place.guard);
  parameters.emplace_back(place.period);
  return parameters;
}

std::optional<TakenPlace> read_place(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return TakenPlace{.period = rows[0].integer(0), .failures = rows[0].integer(1)};
}

/// An account that was unlocked meanwhile has no failures.
std::int64_t read_failures(const Rows& rows) { return rows.empty() ? 0 : rows[0].integer(0); }

}  // namespace

std::string part_of_device(std::int64_t device) {
  std::string part(16, '\0');
  part[0] = 1;
  for (std::size_t i = 0; i < sizeof device; ++i) part[15 - i] = static_cast<char>(device >> (8 * i));
  return part;
}

Change<std::optional<TakenPlace>> GuardStore::take_place(const Guard& guard, TimePoint now,
                                                         const LockoutSettings& settings) {
  Parameters parameters = key_of(guard);
  parameters.insert(parameters.end(), {period_of(now), to_unix_us(now), settings.free, settings.disable_after});
  return {take_a_place, std::move(parameters), read_place};
}

Change<std::int64_t> GuardStore::fail(const Place& place, TimePoint now, const LockoutSettings& settings) {
  Parameters parameters = key_of(place);
  const std::chrono::microseconds delay_max = settings.delay_max;
  parameters.insert(parameters.end(), {to_unix_us(now), settings.free, std::int64_t{delay_max.count()}});
  return {count_failure, std::move(parameters), read_failures};
}

Change<void> GuardStore::succeed(const Place& place, TimePoint now, UserId user, std::string password_hash) {
  Parameters parameters = key_of(place);
  parameters.insert(parameters.end(), {to_unix_us(now), user.value, std::move(password_hash)});
  return {forget_failures, std::move(parameters)};
}

Change<void> GuardStore::touch(const Guard& guard, TimePoint now) {
  Parameters parameters = key_of(guard);
  parameters.emplace_back(to_unix_us(now));
  return {touch_guard, std::move(parameters)};
}

bool GuardStore::has_lapsed(const Place& place, TimePoint now) { return period_of(now) > place.period + 1; }

Change<void> GuardStore::give_back(const Place& place) { return {give_place_back, key_of(place)}; }

Change<void> GuardStore::unlock(const std::string& account) { return {unlock_account, {Blob{account}}}; }

Task<GuardState> GuardStore::state(Guard guard) {
  Parameters parameters = key_of(guard);
  const Rows rows = co_await database_.query(find_state, std::move(parameters));
  if (rows.empty()) co_return GuardState{};
  const std::int64_t blocked_until = rows[0].integer(1);
  co_return GuardState{.failures = rows[0].integer(0),
                       .blocked_until = blocked_until == 0 ? std::nullopt : std::optional{from_unix_us(blocked_until)}};
}

Task<std::optional<Guard>> GuardStore::end_of_batch(Guard begin) {
  Parameters parameters = key_of(begin);
  parameters.emplace_back(cleanup_rows_max);
  const Rows rows = co_await database_.query(find_end_of_batch, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return Guard{.account = std::string{rows[0].text(0)}, .part = std::string{rows[0].text(1)}};
}

Change<void> GuardStore::forget_idle(Guard begin, std::optional<Guard> end, TimePoint now,
                                     const LockoutSettings& settings, database::HeldLease lease) {
  const Guard last = end ? *std::move(end) : Guard{.account = std::string(17, '\xff'), .part = {}};  // after all keys
  Parameters parameters = key_of(begin);
  parameters.insert(parameters.end(), {Blob{last.account}, Blob{last.part},
                                       to_unix_us(now - 4 * period),  // nothing is under way any more
                                       to_unix_us(now - remembered), settings.disable_after,
                                       Blob{std::string(14, '\0')}, std::move(lease.name), std::move(lease.holder)});
  return {forget_idle_rows, std::move(parameters)};
}

}  // namespace gatehouse::lockout
