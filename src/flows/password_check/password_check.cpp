#include "flows/password_check/password_check.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "runtime/steady_timer.hpp"
#include "users/email.hpp"

namespace gatehouse::flows {
namespace {

using audit::AuditStore;
using lockout::Guard;
using lockout::GuardStore;
using lockout::Place;
using lockout::SourceStore;

/// Nobody's id, so that an unknown email asks the database the same questions.
constexpr UserId nobody{0};

std::optional<passwords::StoredPassword> stored_password(const std::optional<users::UserCredentials>& credentials) {
  // No password is right for a disabled user, and finding that out takes as long as a wrong one.
  if (!credentials || credentials->is_disabled) return std::nullopt;
  return passwords::StoredPassword{.hash = credentials->password_hash, .salt = credentials->salt};
}

std::optional<UserId> user_of(const std::optional<users::UserCredentials>& credentials) {
  if (!credentials) return std::nullopt;
  return credentials->id;
}

audit::Event failure_of(const std::optional<users::UserCredentials>& credentials, TimePoint now, audit::Origin origin) {
  std::string_view reason = "unknown_user";
  if (credentials) reason = credentials->is_disabled ? "disabled" : "wrong_password";
  return {.type = audit::EventType::login_failed,
          .at = now,
          .origin = std::move(origin),
          .outcome = audit::Outcome::refused,
          .reason = reason,
          .user = user_of(credentials)};
}

PasswordRefusal refusal_of(const std::optional<users::UserCredentials>& credentials, bool had_place) {
  PasswordRefusal refusal{credentials ? PasswordError::wrong_password : PasswordError::unknown_user,
                          LoginOutcome::invalid};
  if (credentials && credentials->is_disabled) refusal.outcome = LoginOutcome::disabled;
  if (!had_place) refusal.outcome = LoginOutcome::blocked;
  return refusal;
}

audit::Refused blocked_attempt(const std::optional<users::UserCredentials>& credentials, audit::Origin origin) {
  return {.type = audit::EventType::login_blocked,
          .reason = "too_many_failures",
          .actor = std::move(origin.actor),
          .address = std::move(origin.address),
          .user = user_of(credentials)};
}

database::Unavailable overload() {
  return {database::Unavailable::Reason::overload, "too many passwords of one account are being checked"};
}

}  // namespace

PasswordCheck::PasswordCheck(const Parts& parts, const Keys& keys)
    : parts_(parts),
      users_(parts.database),
      guards_(parts.database),
      sources_(parts.database),
      devices_(parts.database),
      accounts_(&keys.accounts),
      device_sealer_(&keys.devices),
      turns_(parts.wait_max) {}

void PasswordCheck::use(const Keys& keys) {
  accounts_ = &keys.accounts;
  device_sealer_ = &keys.devices;
}

Task<std::expected<CheckedPassword, PasswordRefusal>> PasswordCheck::check(PasswordAttempt attempt) {
  const std::string email_key = users::email_key(attempt.email);
  auto credentials = co_await users_.find_credentials(std::move(attempt.email));
  std::optional<std::string> source;
  if (attempt.traces.source) source = accounts_->of_source(*attempt.traces.source);
  const UserId user = credentials ? credentials->id : nobody;
  auto part = co_await part_of(user, source, std::move(attempt.traces.device_token));
  const Guard guard{.account = credentials ? accounts_->of_user(user) : accounts_->of_nobody(email_key),
                    .part = std::move(part.bytes)};
  auto place = co_await take_place(guard);
  const bool had_place = place.has_value();

  // Something is hashed in any case, so that the time does not reveal a blocked account.
  auto stored = place ? stored_password(credentials) : std::nullopt;
  audit::Origin origin = attempt.origin;
  auto verdict = co_await verify(std::move(attempt), std::move(stored), place);
  if (place && GuardStore::has_lapsed(*place, parts_.clock.now())) throw overload();
  if (verdict.matches) {
    co_return CheckedPassword{.credentials = *std::move(credentials),
                              .replacement = std::move(verdict.replacement),
                              .place = *std::move(place),
                              .source = std::move(source),
                              .device = part.device};
  }
  if (had_place) {
    Failure failure{.place = *std::move(place),
                    .device = part.device,
                    .event = failure_of(credentials, parts_.clock.now(), std::move(origin))};
    co_await count_failure(std::move(failure));
  } else {
    parts_.tally.add(blocked_attempt(credentials, std::move(origin)), parts_.clock.now());
    co_await touch(guard);
  }
  co_return std::unexpected(refusal_of(credentials, had_place));
}

/// A password that was not hashed tells its sender nothing, so its place is given back.
Task<passwords::Verdict> PasswordCheck::verify(PasswordAttempt attempt, std::optional<passwords::StoredPassword> stored,
                                               std::optional<Place> place) {
  std::exception_ptr overload;
  try {
    co_return co_await parts_.passwords.verify(std::move(attempt.password), std::move(stored),
                                               std::move(attempt.client_gone));
  } catch (const passwords::HashingOverloaded&) {
    overload = std::current_exception();
  }
  if (place) co_await give_back(*std::move(place));
  std::rethrow_exception(overload);
}

Task<PasswordCheck::Part> PasswordCheck::part_of(UserId user, std::optional<std::string> source,
                                                 std::optional<std::string> token) {
  const TimePoint now = parts_.clock.now();
  if (token) {
    const auto device = device_sealer_->open(*token);
    bool is_known = false;
    if (device) is_known = co_await devices_.is_known(*device, user, now);
    if (is_known) co_return Part{lockout::part_of_device(device->id.value), device};
  }
  if (source) {
    std::string bytes = *source;
    const bool is_known = co_await sources_.is_known(user, *std::move(source), now - parts_.settings.source_ttl);
    if (is_known) co_return Part{std::move(bytes), std::nullopt};
  }
  co_return Part{lockout::part_of_others(), std::nullopt};
}

/// A blocked attempt writes this where others write their count; otherwise its time would give it away.
Task<> PasswordCheck::touch(Guard guard) {
  auto change = GuardStore::touch(guard, parts_.clock.now());
  co_await parts_.database.commit(std::move(change));
}

/// Waits until a place of this guard is freed in this io thread, at most for the pause: others may free one, too.
Task<> PasswordCheck::wait_for_place(Guard guard, std::chrono::milliseconds pause) {
  runtime::SteadyTimer timer{co_await boost::asio::this_coro::executor, pause};
  const auto waiting = waiting_.emplace(guard.account + guard.part, &timer).first;  // the only one, as it has the turn
  boost::system::error_code woken;
  co_await timer.async_wait(boost::asio::redirect_error(use_task, woken));
  waiting_.erase(waiting);
}

void PasswordCheck::end(const Place& place) {
  const auto waiting = waiting_.find(place.guard.account + place.guard.part);
  if (waiting != waiting_.end()) waiting->second->cancel();
}

/// Waits while attempts under way have taken all places; one coroutine of each io thread asks the database for all of
/// them. nullopt if the guard is blocked.
Task<std::optional<Place>> PasswordCheck::take_place(Guard guard) {
  auto turn = co_await turns_.take(guard.account + guard.part);
  const auto give_up_at = std::chrono::steady_clock::now() + parts_.wait_max;
  for (auto pause = first_pause;; pause = std::min(2 * pause, pause_max)) {
    auto change = GuardStore::take_place(guard, parts_.clock.now(), parts_.settings);
    const auto taken = co_await parts_.database.commit(std::move(change));
    if (taken) co_return Place{std::move(guard), taken->period, taken->failures};
    const auto state = co_await guards_.state(guard);
    if (state.is_blocked(parts_.clock.now(), parts_.settings)) {
      co_await touch(std::move(guard));
      co_return std::nullopt;
    }
    if (std::chrono::steady_clock::now() >= give_up_at) break;
    co_await wait_for_place(guard, pause);
  }
  const database::Unavailable refusal = overload();
  turn.refuse_others(refusal);
  throw database::Unavailable{refusal};
}

/// The failure's consequences are committed with it. Beyond LOCKOUT_FREE one attempt has a place at a time, so they are
/// known in advance; if others under way came in between, they follow from the actual count, after the commit.
Task<> PasswordCheck::count_failure(Failure failure) {
  const std::int64_t expected = failure.place.failures + 1;
  database::Changes changes;
  const auto counted = changes.add(GuardStore::fail(failure.place, parts_.clock.now(), parts_.settings));
  changes.add(AuditStore::record(failure.event));
  Failure of_changes = failure;
  CountedMail mail = co_await add_consequences(changes, std::move(of_changes), expected);
  const auto committed = co_await parts_.database.commit(std::move(changes));
  mail.keep();
  end(failure.place);
  const std::int64_t failures = committed.result(counted);
  if (failures >= parts_.settings.free) count_lockout(failure);
  if (failures == expected) co_return;
  database::Changes late;
  CountedMail late_mail = co_await add_consequences(late, std::move(failure), failures);
  if (!late.empty()) (void)co_await parts_.database.commit(std::move(late));
  late_mail.keep();
}

/// A device from which only wrong passwords come is forgotten; its owner can log in as from another place. `changes`
/// belongs to count_failure(), which waits for this.
Task<CountedMail> PasswordCheck::add_consequences(database::Changes& changes, Failure failure, std::int64_t failures) {
  const bool is_last = failures == parts_.settings.disable_after;
  const bool is_elsewhere = failure.place.guard.part == lockout::part_of_others();
  const UserId user = failure.event.user.value_or(nobody);
  CountedMail mail;
  if (is_elsewhere && (is_last || failures == failures_to_tell)) {
    mail = co_await add_guessing_notice(changes, user, failures);
  }
  if (is_last) add_closing(changes, std::move(failure.event), failure.device);
  co_return mail;
}

void PasswordCheck::count_lockout(const Failure& failure) {
  const bool is_elsewhere = failure.place.guard.part == lockout::part_of_others();
  parts_.counts.lockouts.add(failure.device ? Partition::device : is_elsewhere ? Partition::others : Partition::source);
}

void PasswordCheck::add_closing(database::Changes& changes, audit::Event event,
                                std::optional<devices::DeviceReference> device) {
  event.type = audit::EventType::password_locked;
  event.outcome = audit::Outcome::ok;
  event.reason = {};
  changes.add(AuditStore::record(event));
  if (!device) return;
  changes.add(devices::DeviceStore::remove(device->id));
  event.type = audit::EventType::device_removed;
  changes.add(AuditStore::record(std::move(event)));
}

/// `changes` belongs to count_failure(), which waits for this. For nobody the same work is done, so that the time
/// tells nothing.
Task<CountedMail> PasswordCheck::add_guessing_notice(database::Changes& changes, UserId user, std::int64_t failures) {
  const auto today = std::chrono::floor<std::chrono::days>(parts_.clock.now()).time_since_epoch().count();
  Notice notice{.kind = mail::Kind::password_guessing,
                .user = user,
                .variables = {{"failures", std::to_string(failures)}},
                .dedupe_key = "password-guessing " + std::to_string(user.value) + " " + std::to_string(today)};
  CountedMail mail = co_await parts_.letters.add_notice(changes, std::move(notice));
  if (user == nobody) mail = {};  // unknown users have no common budget
  co_return mail;
}

void PasswordCheck::add_success(database::Changes& changes, const CheckedPassword& checked) const {
  const std::string current_hash = checked.replacement.value_or(checked.credentials.password_hash.value());
  const TimePoint now = parts_.clock.now();
  const UserId user = checked.credentials.id;
  changes.add(GuardStore::succeed(checked.place, now, user, current_hash));
  if (checked.device) changes.add(devices::DeviceStore::renew(checked.device->id, now));
  if (!checked.source) return;
  changes.add(SourceStore::remember(user, *checked.source, now, current_hash));
  if (checked.place.guard.part != *checked.source) changes.add(SourceStore::forget_old(user));
}

void PasswordCheck::add_unlock(database::Changes& changes, UserId user) const {
  for (const std::string& account : accounts_->all_of_user(user)) changes.add(GuardStore::unlock(account));
}

Task<bool> PasswordCheck::unlock(UserId user, audit::Origin origin) {
  const auto found = co_await users_.find(user);
  if (!found) co_return false;
  database::Changes changes;
  add_unlock(changes, user);
  audit::Event event{
      .type = audit::EventType::user_unlocked, .at = parts_.clock.now(), .origin = std::move(origin), .user = user};
  changes.add(AuditStore::record(std::move(event)));
  (void)co_await parts_.database.commit(std::move(changes));
  co_return true;
}

Task<bool> PasswordCheck::is_current(std::string email, SecretString password, std::stop_token client_gone) {
  const auto credentials = co_await users_.find_credentials(std::move(email));
  auto stored = stored_password(credentials);
  const auto verdict = co_await parts_.passwords.verify(std::move(password), std::move(stored), std::move(client_gone));
  co_return verdict.matches;
}

Task<Standing> PasswordCheck::standing(UserId user) {
  Guard guard{.account = accounts_->of_user(user), .part = lockout::part_of_others()};
  const auto state = co_await guards_.state(std::move(guard));
  const bool is_disabled = state.is_disabled(parts_.settings);
  const bool waits = !is_disabled && state.is_blocked(parts_.clock.now(), parts_.settings);
  co_return Standing{.blocked_until = waits ? state.blocked_until : std::nullopt, .is_disabled = is_disabled};
}

Task<> PasswordCheck::give_up(Place place, UserId user, audit::Origin origin, std::string_view reason) {
  database::Changes changes;
  changes.add(GuardStore::give_back(place));
  audit::Event event{.type = audit::EventType::login_failed,
                     .at = parts_.clock.now(),
                     .origin = std::move(origin),
                     .outcome = audit::Outcome::refused,
                     .reason = reason,
                     .user = user};
  changes.add(AuditStore::record(std::move(event)));
  (void)co_await parts_.database.commit(std::move(changes));
  end(place);
}

Task<> PasswordCheck::give_back(Place place) {
  auto change = GuardStore::give_back(place);
  co_await parts_.database.commit(std::move(change));
  end(place);
}

}  // namespace gatehouse::flows
