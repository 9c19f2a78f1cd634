#include "flows/login/login_flow.hpp"

#include <span>
#include <utility>

#include "crypto/sha256.hpp"

namespace gatehouse::flows {
namespace {

using users::UserStore;

/// Stores the better hash, before the changes that depend on it.
void add_replacement(database::Changes& changes, const users::UserCredentials& verified,
                     const std::string& replacement) {
  changes.add(UserStore::replace_hash(verified.id, *verified.password_hash, replacement));
  if (!verified.salt) return;
  changes.add(UserStore::keep_express_password(verified.id, *verified.password_hash, *verified.salt, replacement));
}

constexpr LoginError reason_of(PasswordError error) {
  return error == PasswordError::unknown_user ? LoginError::unknown_user : LoginError::wrong_password;
}

std::unexpected<LoginRefusal> refused(LoginError reason) { return std::unexpected(LoginRefusal{reason}); }

/// The outcome of a login whose password is right.
constexpr LoginOutcome outcome_of(LoginError obstacle) {
  switch (obstacle) {
    case LoginError::email_not_verified:
      return LoginOutcome::unverified;
    case LoginError::password_change_required:
      return LoginOutcome::password_change_required;
    case LoginError::unknown_user:
    case LoginError::wrong_password:
      break;
  }
  return LoginOutcome::invalid;
}

/// The reason in the audit trail.
constexpr std::string_view reason_text(LoginError obstacle) {
  return obstacle == LoginError::email_not_verified ? "email_not_verified" : "password_change_required";
}

/// Sent to the user only if the session is opened.
Notice notice_of_device(UserId user, const std::string& password_hash, const Asker& asker) {
  return {.kind = mail::Kind::new_device,
          .user = user,
          .languages = asker.languages,
          .variables = {{"address", asker.address}, {"user_agent", asker.user_agent}},
          .password_hash = password_hash};
}

/// A device that will be inserted: its secret, and where its id will be.
struct DraftDevice {
  devices::DeviceSecret secret;
  database::ResultOf<std::optional<devices::DeviceId>> inserted;
};

DraftDevice add_device(database::Changes& changes, UserId user, const std::string& password_hash, TimePoint now,
                       crypto::Random& random) {
  devices::DeviceSecret secret;
  random.fill(std::as_writable_bytes(std::span{secret}));
  devices::NewDevice device{
      .user = user, .password_hash = password_hash, .secret_hash = crypto::sha256(devices::bytes_of(secret))};
  const auto inserted = changes.add(devices::DeviceStore::insert(std::move(device), now));
  changes.add(devices::DeviceStore::forget_old(user));
  return {secret, inserted};
}

}  // namespace

Task<std::expected<LoginResult, LoginRefusal>> LoginFlow::login(LoginRequest request) {
  auto [outcome, result] = co_await try_to_log_in(std::move(request));
  parts_.counts.logins.add(outcome);
  co_return std::move(result);
}

Task<LoginFlow::Ended> LoginFlow::try_to_log_in(LoginRequest request) {
  Asker asker = std::move(request.asker);
  for (int round = 1;; ++round) {
    PasswordAttempt attempt = request.attempt.clone();
    auto checked = co_await parts_.passwords.check(std::move(attempt));
    if (!checked) co_return Ended{checked.error().outcome, refused(reason_of(checked.error().error))};
    if (const auto why = obstacle(checked->credentials)) {
      lockout::Place place = checked->place;
      auto work = refuse(*std::move(checked), *why, std::move(asker));
      LoginRefusal refusal = co_await parts_.passwords.or_give_back(std::move(place), std::move(work));
      co_return Ended{outcome_of(refusal.reason), std::unexpected(std::move(refusal))};
    }
    Proven proven{.password = *checked,
                  .client = request.client,
                  .asker = asker,
                  .device_token = request.attempt.traces.device_token,
                  .refreshing = request.refreshing};
    auto work = try_to_open_session(std::move(proven));
    auto opened = co_await parts_.passwords.or_give_back(checked->place, std::move(work));
    if (opened) co_return Ended{LoginOutcome::ok, *std::move(opened)};
    if (round == rounds_max) {
      co_await parts_.passwords.give_up(std::move(checked->place), checked->credentials.id, std::move(asker.origin),
                                        PasswordCheck::replaced_meanwhile);
      co_return Ended{LoginOutcome::invalid, refused(LoginError::wrong_password)};
    }
    co_await parts_.passwords.give_back(std::move(checked->place));
  }
}

/// What else stands in the way of somebody whose password is right.
std::optional<LoginError> LoginFlow::obstacle(const users::UserCredentials& user) const {
  if (parts_.requires_verified_email && !user.is_verified) return LoginError::email_not_verified;
  if (user.must_change_password) return LoginError::password_change_required;
  return std::nullopt;
}

/// Helps the user past the obstacle, by another letter or by a token for a new password. The password must still be
/// theirs at the commit.
Task<LoginRefusal> LoginFlow::refuse(CheckedPassword checked, LoginError why, Asker asker) {
  const UserId user = checked.credentials.id;
  const auto contact = co_await users_.find_contact(user);
  checked.replacement.reset();
  LoginRefusal refusal{why};
  Recipient recipient;
  database::Changes changes;
  changes.add(UserStore::lock(user));
  changes.add(UserStore::require_password(user, *checked.credentials.password_hash));
  parts_.passwords.add_success(changes, checked);
  if (why == LoginError::email_not_verified) {
    std::optional<users::Contact> owner = contact;
    std::string languages = asker.languages;
    recipient =
        co_await parts_.letters.recipient(one_time_tokens::Kind::verify, std::move(owner), std::move(languages));
    parts_.letters.add_link(changes, one_time_tokens::Kind::verify, recipient);
  } else {
    refusal.reset_token = parts_.letters.add_reset_token(changes, user);
  }
  changes.add(audit::AuditStore::record({.type = audit::EventType::login_failed,
                                         .at = parts_.clock.now(),
                                         .origin = asker.origin,
                                         .outcome = audit::Outcome::refused,
                                         .reason = reason_text(why),
                                         .user = user}));
  const auto committed = co_await parts_.database.commit_unless(std::move(changes), users::password_is_the_checked_one);
  if (!committed) {
    co_await parts_.passwords.give_up(std::move(checked.place), user, std::move(asker.origin),
                                      PasswordCheck::replaced_meanwhile);
    co_return LoginRefusal{LoginError::wrong_password};
  }
  recipient.keep();
  parts_.passwords.end(checked.place);
  co_return refusal;
}

Task<std::optional<LoginResult>> LoginFlow::try_to_open_session(Proven proven) {
  try {
    Proven again = proven;
    co_return co_await open_session(std::move(again));
  } catch (const database::Unstorable&) {
    // The name that a browser gives itself is no reason to keep its user out. Everything else that is written here has
    // been stored before.
    proven.client = sessions::in_ascii(std::move(proven.client));
  }
  co_return co_await open_session(std::move(proven));
}

/// The first of the changes locks the user's row.
Task<database::Committed> LoginFlow::commit_in_turn(UserId user, database::Changes changes) {
  Turns::Turn turn = co_await turns_.take(std::to_string(user.value));
  try {
    co_return co_await parts_.database.commit(std::move(changes));
  } catch (const database::Unavailable& failure) {
    if (failure.reason() == database::Unavailable::Reason::overload) turn.refuse_others(failure);
    throw;
  }
}

Task<std::optional<LoginResult>> LoginFlow::open_session(Proven proven) {
  const users::UserCredentials& verified = proven.password.credentials;
  const auto& replacement = proven.password.replacement;
  database::Changes changes;
  if (replacement) {
    add_replacement(changes, verified, *replacement);
  } else {
    changes.add(UserStore::lock(verified.id, *verified.password_hash));
  }
  // The session depends on the hash that is stored now. The change before has locked the row, so another password
  // either came first, and nothing is inserted, or comes later and deletes this session with the others.
  const std::string current_hash = replacement.value_or(*verified.password_hash);
  PendingSession pending =
      parts_.opening.add(changes, verified.id, current_hash, std::move(proven.client), proven.refreshing);
  pending.client_id = proven.asker.origin.actor;
  pending.audience = proven.asker.audience;
  const sessions::NewSession& row = pending.draft.row;
  audit::Event event{.type = audit::EventType::login_succeeded, .at = row.created_at, .origin = proven.asker.origin};
  changes.add(audit::AuditStore::record_of_new_session(event, row.secret_hash));
  parts_.passwords.add_success(changes, proven.password);
  std::optional<DraftDevice> device;
  CountedMail mail;
  if (proven.device_token && !proven.password.device) {
    device = add_device(changes, verified.id, current_hash, parts_.clock.now(), parts_.random);
    event.type = audit::EventType::device_added;
    changes.add(audit::AuditStore::record_of_new_session(std::move(event), row.secret_hash));
    mail = co_await parts_.letters.add_notice(changes, notice_of_device(verified.id, current_hash, proven.asker));
  }

  const auto committed = co_await commit_in_turn(verified.id, std::move(changes));
  parts_.passwords.end(proven.password.place);
  auto opened = parts_.opening.opened(pending, committed);
  if (!opened) co_return std::nullopt;
  mail.keep();
  if (proven.password.device) opened->device_token = device_sealer_->seal(*proven.password.device, parts_.random);
  if (device) {
    parts_.counts.tokens.add(TokenKind::device);
    const auto device_id = committed.result(device->inserted);
    opened->device_token = device_sealer_->seal({.id = device_id.value(), .secret = device->secret}, parts_.random);
  }
  co_return opened;
}

}  // namespace gatehouse::flows
