#include "flows/login/login_flow.hpp"

#include <span>
#include <utility>

#include "crypto/sha256.hpp"

namespace gatehouse::flows {
namespace {

using users::UserStore;

/// Stores the better hash, before what rests on it.
void add_replacement(database::Changes& changes, const users::UserCredentials& verified,
                     const std::string& replacement) {
  changes.add(UserStore::replace_hash(verified.id, *verified.password_hash, replacement));
  if (!verified.salt) return;
  changes.add(UserStore::keep_express_password(verified.id, *verified.password_hash, *verified.salt, replacement));
}

/// A device to be: its secret, and where its id will be.
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

LoginFlow::LoginFlow(database::Database& database, PasswordCheck& passwords, sessions::SessionService& sessions,
                     const Keys& keys, const Clock& clock, crypto::Random& random)
    : database_(database),
      passwords_(passwords),
      sessions_(sessions),
      tokens_(&keys.tokens),
      device_sealer_(&keys.devices),
      clock_(clock),
      random_(random) {}

void LoginFlow::use(const Keys& keys) {
  tokens_ = &keys.tokens;
  device_sealer_ = &keys.devices;
}

Task<std::expected<LoginResult, LoginError>> LoginFlow::login(LoginRequest request) {
  for (int round = 1;; ++round) {
    PasswordAttempt attempt = request.attempt.clone();
    auto checked = co_await passwords_.check(std::move(attempt));
    if (!checked) co_return std::unexpected(checked.error());
    Proven proven{.password = *checked,
                  .client = request.client,
                  .origin = request.attempt.origin,
                  .device_token = request.attempt.traces.device_token};
    auto opened = co_await try_to_open_session(std::move(proven));
    if (opened) co_return *std::move(opened);
    if (round == rounds_max) {
      co_await give_up(*std::move(checked), std::move(request.attempt.origin));
      co_return std::unexpected(LoginError::wrong_password);
    }
    co_await passwords_.give_back(std::move(checked->place));
  }
}

/// The password was replaced each time it had been found right.
Task<> LoginFlow::give_up(CheckedPassword checked, audit::Origin origin) {
  audit::Event event{.type = audit::EventType::login_failed,
                     .at = clock_.now(),
                     .origin = std::move(origin),
                     .outcome = audit::Outcome::refused,
                     .reason = "password_changing",
                     .user = checked.credentials.id};
  database::Changes changes;
  changes.add(lockout::GuardStore::give_back(checked.place));
  changes.add(audit::AuditStore::record(std::move(event)));
  (void)co_await database_.commit(std::move(changes));
}

Task<std::optional<LoginResult>> LoginFlow::try_to_open_session(Proven proven) {
  try {
    Proven again = proven;
    co_return co_await open_session(std::move(again));
  } catch (const database::Unstorable&) {
    // What a browser calls itself is no reason to keep its user out. All else that is written here has been stored
    // once.
    proven.client = sessions::in_ascii(std::move(proven.client));
  }
  co_return co_await open_session(std::move(proven));
}

/// Its first change locks the user's row.
Task<database::Committed> LoginFlow::commit_in_turn(UserId user, database::Changes changes) {
  Turns::Turn turn = co_await turns_.take(std::to_string(user.value));
  try {
    co_return co_await database_.commit(std::move(changes));
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
  // The session rests on the hash that is stored now. With the row locked by the change before, another password either
  // came first, and nothing is inserted, or comes later and deletes this session with the others.
  const std::string current_hash = replacement.value_or(*verified.password_hash);
  const auto draft = sessions_.draft(verified.id, current_hash, std::move(proven.client));
  const auto inserted = changes.add(sessions::SessionStore::insert(draft.row));
  audit::Event event{
      .type = audit::EventType::login_succeeded, .at = draft.row.created_at, .origin = std::move(proven.origin)};
  changes.add(audit::AuditStore::record_of_new_session(event, draft.row.expires_at, draft.row.secret_hash));
  passwords_.add_success(changes, proven.password);
  std::optional<DraftDevice> device;
  if (proven.device_token && !proven.password.device) {
    device = add_device(changes, verified.id, current_hash, clock_.now(), random_);
    event.type = audit::EventType::device_added;
    changes.add(audit::AuditStore::record_of_new_session(event, draft.row.expires_at, draft.row.secret_hash));
  }

  const auto committed = co_await commit_in_turn(verified.id, std::move(changes));
  passwords_.end(proven.password.place);
  const auto id = committed.result(inserted);
  if (!id) co_return std::nullopt;
  auto session = sessions_.open(draft, *id);
  std::optional<std::string> device_token;
  if (proven.password.device) device_token = device_sealer_->seal(*proven.password.device, random_);
  if (device) {
    const auto device_id = committed.result(device->inserted);
    device_token = device_sealer_->seal({.id = device_id.value(), .secret = device->secret}, random_);
  }
  co_return LoginResult{.user = verified.id,
                        .token = tokens_->issue(verified.id, *id, SessionMark::of(draft.row.secret_hash), clock_.now()),
                        .session = std::move(session.sealed),
                        .session_expires_at = session.expires_at,
                        .device_token = std::move(device_token)};
}

}  // namespace gatehouse::flows
