#include "flows/account/account_flow.hpp"

#include "devices/device_store.hpp"
#include "sessions/session_store.hpp"
#include "sessions/topics.hpp"
#include "users/topics.hpp"

namespace gatehouse::flows {

// Features do not know each other. With equal names, whoever remembers a user's sessions hears of changes to the user.
static_assert(users::user_topic.name == sessions::user_topic.name);

using audit::AuditStore;
using audit::EventType;
using one_time_tokens::OneTimeTokenStore;
using users::User;
using users::UserStore;

namespace {

bool has_profile_change(const users::UserChanges& wanted) {
  return wanted.first_name || wanted.last_name || wanted.email;
}

/// `{"fields":["email"]}`: the names of the changed fields, not their values.
std::string changed_fields(const users::UserChanges& wanted) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().key("fields").begin_array();
  if (wanted.first_name) writer.value("first_name");
  if (wanted.last_name) writer.value("last_name");
  if (wanted.email) writer.value("email");
  writer.end_array().end_object();
  return json;
}

/// It goes to the address that the row still has.
Notice email_notice(UserId user, const std::string& new_email) {
  return {.kind = mail::Kind::email_changed, .user = user, .variables = {{"new_email", new_email}}};
}

}  // namespace

AccountFlow::AccountFlow(database::Database& database, passwords::PasswordService& passwords, Letters& letters,
                         const Clock& clock)
    : database_(database), users_(database), passwords_(passwords), letters_(letters), clock_(clock) {}

audit::Event AccountFlow::event(EventType type, audit::Origin origin) const {
  return {.type = type, .at = clock_.now(), .origin = std::move(origin)};
}

Task<std::expected<User, AccountError>> AccountFlow::create(users::NewUser user, Asker asker,
                                                            std::stop_token client_gone,
                                                            const idempotency::RepeatableWork* work) {
  return insert(std::move(user), EventType::user_created, std::move(asker), std::move(client_gone), work);
}

Task<std::expected<User, AccountError>> AccountFlow::import(users::NewUser user, audit::Origin origin) {
  return insert(std::move(user), EventType::user_imported, {.origin = std::move(origin), .languages = {}}, {}, nullptr);
}

Task<std::expected<User, AccountError>> AccountFlow::insert(users::NewUser user, EventType type, Asker asker,
                                                            std::stop_token client_gone,
                                                            const idempotency::RepeatableWork* work) {
  auto hash = co_await passwords_.hash(std::move(user.password), std::move(client_gone));
  std::string email = user.email;
  const TimePoint now = clock_.now();
  database::Changes changes;
  const auto created = changes.add(UserStore::insert(std::move(user), std::move(hash), now));
  if (work != nullptr) changes.add(work->made_user(now, email));
  if (type == EventType::user_created) {
    letters_.add_first_link(changes, email, asker.languages);
  }
  changes.add(AuditStore::record_of_new_user(event(type, std::move(asker.origin)), std::move(email)));
  const auto committed = co_await database_.commit_unless(std::move(changes), users::email_is_unique,
                                                          idempotency::attempt_is_the_running_one);
  if (committed) co_return committed->result(created);
  const bool is_taken = users::email_is_unique.is_violated_by(committed.error());
  co_return std::unexpected(is_taken ? AccountError::email_taken : AccountError::superseded);
}

Task<std::expected<User, AccountError>> AccountFlow::update(UserId id, users::UserChanges wanted, audit::Origin origin,
                                                            users::SeenVersions seen, std::stop_token client_gone) {
  Update update{.id = id, .wanted = std::move(wanted), .origin = std::move(origin), .seen = std::move(seen)};
  if (update.wanted.password) {
    if (!co_await users_.find(id)) co_return std::unexpected(AccountError::not_found);
    update.new_hash = co_await passwords_.hash(*std::move(update.wanted.password), std::move(client_gone));
  }
  for (int round = 1; round <= rounds_max; ++round) {
    auto updated = co_await try_to_update(update);
    if (updated || updated.error() != AccountError::version_mismatch || update.seen) co_return updated;
  }
  throw database::Unavailable{database::Unavailable::Reason::overload, "the user's email keeps changing"};
}

/// The row that is read first tells whether the email is a new one; at the commit it must still have the same email.
/// `update` belongs to update(), which waits for this.
Task<std::expected<User, AccountError>> AccountFlow::try_to_update(const Update& update) {
  const UserId id = update.id;
  const users::UserChanges& wanted = update.wanted;
  std::optional<User> before;
  if (wanted.email) before = co_await users_.find(id);
  if (wanted.email && !before) co_return std::unexpected(AccountError::not_found);

  database::Changes changes;
  if (update.seen || before) changes.add(UserStore::lock(id));
  if (update.seen) changes.add(UserStore::require_version(id, *update.seen));
  if (before) changes.add(UserStore::require_email(id, before->email));
  const bool has_new_email = before && *wanted.email != before->email;
  CountedMail about_email, about_password;
  if (has_new_email) {
    Notice notice = email_notice(id, *wanted.email);
    about_email = co_await letters_.add_notice(changes, std::move(notice));
  }
  const auto updated = changes.add(UserStore::update(id, wanted, clock_.now()));
  if (has_new_email || update.new_hash) changes.add(OneTimeTokenStore::drop_open(id));
  if (!update.new_hash || has_profile_change(wanted)) {
    audit::Event change = event(EventType::user_updated, update.origin);
    change.details = changed_fields(wanted);
    changes.add(AuditStore::record_of_user(std::move(change), id));
  }
  if (update.new_hash) about_password = co_await add_password(changes, update);
  const auto committed =
      co_await database_.commit_unless(std::move(changes), users::email_is_unique, users::version_is_the_given_one);
  if (!committed) co_return std::unexpected(co_await reason_of(committed.error(), id));
  auto user = committed->result(updated);
  if (!user) co_return std::unexpected(AccountError::not_found);
  about_email.keep();
  about_password.keep();
  co_return *std::move(user);
}

/// Both belong to callers, which wait for this.
Task<CountedMail> AccountFlow::add_password(database::Changes& changes, const Update& update) {
  changes.add(AuditStore::record_of_user(event(EventType::password_changed, update.origin), update.id));
  changes.add(UserStore::set_password(update.id, *update.new_hash, clock_.now()));
  changes.add(UserStore::drop_express_password(update.id));
  changes.add(sessions::SessionStore::remove_of_user(update.id));
  Notice notice{.kind = mail::Kind::password_changed, .user = update.id};
  co_return co_await letters_.add_notice(changes, std::move(notice));
}

Task<std::expected<void, AccountError>> AccountFlow::disable(UserId id, audit::Origin origin,
                                                             std::optional<std::string> reason) {
  database::Changes changes;
  const auto found = changes.add(UserStore::set_disabled(id, clock_.now()));
  audit::Event disabled = event(EventType::user_disabled, std::move(origin));
  if (reason) json::Writer{disabled.details}.begin_object().member("reason", *reason).end_object();
  changes.add(AuditStore::record_of_user(std::move(disabled), id));
  changes.add(OneTimeTokenStore::drop_open(id));
  const auto committed = co_await database_.commit(std::move(changes));
  if (!committed.result(found)) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

Task<std::expected<void, AccountError>> AccountFlow::enable(UserId id, audit::Origin origin) {
  database::Changes changes;
  const auto found = changes.add(UserStore::set_disabled(id, std::nullopt));
  changes.add(AuditStore::record_of_user(event(EventType::user_enabled, std::move(origin)), id));
  const auto committed = co_await database_.commit(std::move(changes));
  if (!committed.result(found)) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

Task<std::expected<void, AccountError>> AccountFlow::require_password_change(UserId id, audit::Origin origin) {
  audit::Event change = event(EventType::user_updated, std::move(origin));
  json::Writer{change.details}
      .begin_object()
      .key("fields")
      .begin_array()
      .value("mustChangePassword")
      .end_array()
      .end_object();
  database::Changes changes;
  const auto found = changes.add(UserStore::require_password_change(id));
  changes.add(AuditStore::record_of_user(std::move(change), id));
  const auto committed = co_await database_.commit(std::move(changes));
  if (!committed.result(found)) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

Task<std::expected<std::int64_t, AccountError>> AccountFlow::forget_devices(UserId id, audit::Origin origin) {
  const auto user = co_await users_.find(id);
  if (!user) co_return std::unexpected(AccountError::not_found);
  database::Changes changes;
  const auto removed = changes.add(devices::DeviceStore::remove_of_user(id));
  changes.add(AuditStore::record_of_user(event(EventType::device_removed, std::move(origin)), id));
  const auto committed = co_await database_.commit(std::move(changes));
  co_return committed.result(removed);
}

Task<std::expected<void, AccountError>> AccountFlow::remove(UserId id, audit::Origin origin, users::SeenVersions seen) {
  database::Changes changes;
  // If two delete the same user, the second waits here, and then finds nobody to put on record.
  changes.add(UserStore::lock(id));
  if (seen) changes.add(UserStore::require_version(id, *seen));
  changes.add(AuditStore::record_of_user(event(EventType::user_deleted, std::move(origin)), id));
  const auto removed = changes.add(UserStore::remove(id));
  const auto committed = co_await database_.commit_unless(std::move(changes), users::user_is_not_referenced,
                                                          users::version_is_the_given_one);
  if (!committed) co_return std::unexpected(co_await reason_of(committed.error(), id));
  if (!committed->result(removed)) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

/// A user who is gone has no version.
Task<AccountError> AccountFlow::reason_of(database::Violation violation, UserId id) {
  if (users::email_is_unique.is_violated_by(violation)) co_return AccountError::email_taken;
  if (users::user_is_not_referenced.is_violated_by(violation)) co_return AccountError::referenced;
  const auto user = co_await users_.find(id);
  co_return user ? AccountError::version_mismatch : AccountError::not_found;
}

}  // namespace gatehouse::flows
