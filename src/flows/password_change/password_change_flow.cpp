#include "flows/password_change/password_change_flow.hpp"

#include <utility>

#include "flows/account/account_rules.hpp"

namespace gatehouse::flows {
namespace {

constexpr std::string_view new_password_field = "newPassword";

/// The reason in the audit trail: whoever learns that the password is right leaves a trace.
std::string_view reason_of(const PasswordChangeFlow::Refusal& refusal) {
  return std::holds_alternative<EmailNotVerified>(refusal) ? "email_not_verified" : "new_password_refused";
}

}  // namespace

using audit::AuditStore;
using database::Changes;
using one_time_tokens::OneTimeTokenStore;
using users::UserStore;

Task<std::expected<LoginResult, PasswordChangeFlow::Refusal>> PasswordChangeFlow::change(PasswordChange wanted) {
  Asker asker = wanted.owner.asker;
  std::stop_token client_gone = wanted.owner.client_gone;
  const bool is_unchanged = passwords::is_same_password(wanted.owner.password, wanted.new_password);
  auto owner = co_await parts_.owners.prove(std::move(wanted.owner));
  if (!owner) co_return std::visit([](auto why) { return std::unexpected<Refusal>(why); }, owner.error());
  const UserId user = owner->contact.id;
  lockout::Place place = owner->password.place;
  audit::Origin origin = asker.origin;
  auto refusal = refusal_of(owner->contact, wanted.new_password);
  if (!refusal && is_unchanged) refusal = unchanged_password(new_password_field);
  if (refusal) {
    const std::string_view reason = reason_of(*refusal);
    co_await parts_.check.give_up(std::move(place), user, std::move(origin), reason);
    co_return std::unexpected(*std::move(refusal));
  }
  auto work = store(*std::move(owner), {std::move(wanted.new_password), std::move(wanted.client), std::move(asker),
                                        std::move(client_gone)});
  auto opened = co_await parts_.check.or_give_back(place, std::move(work));
  if (opened) co_return *std::move(opened);
  co_await parts_.check.give_up(std::move(place), user, std::move(origin), PasswordCheck::replaced_meanwhile);
  co_return std::unexpected(PasswordError::wrong_password);
}

/// Whoever must not log in gets no new session this way either.
std::optional<PasswordChangeFlow::Refusal> PasswordChangeFlow::refusal_of(const users::Contact& user,
                                                                          const SecretString& password) const {
  if (parts_.requires_verified_email && !user.is_verified) return EmailNotVerified{};
  auto mistakes = mistakes_in(new_password_field, password, user, parts_.rules);
  if (mistakes.empty()) return std::nullopt;
  return mistakes;
}

/// nullopt if somebody else has changed the password meanwhile.
Task<std::optional<LoginResult>> PasswordChangeFlow::store(Owner owner, NewSecret wanted) {
  const UserId user = owner.contact.id;
  const std::string password_hash =
      co_await parts_.passwords.hash(std::move(wanted.password), std::move(wanted.client_gone));
  Changes changes;
  changes.add(UserStore::lock(user));
  changes.add(UserStore::require_password(user, *owner.password.credentials.password_hash));
  changes.add(UserStore::set_password(user, password_hash, parts_.clock.now()));
  changes.add(UserStore::drop_express_password(user));
  changes.add(sessions::SessionStore::remove_of_user(user));
  changes.add(OneTimeTokenStore::drop_open(user));
  owner.password.replacement = password_hash;
  parts_.check.add_success(changes, owner.password);
  PendingSession pending =
      parts_.opening.add(changes, user, password_hash, sessions::in_ascii(std::move(wanted.client)));
  pending.client_id = wanted.asker.origin.actor;
  pending.audience = wanted.asker.audience;
  Notice notice{.kind = mail::Kind::password_changed,
                .user = user,
                .languages = std::move(wanted.asker.languages),
                .variables = {{"address", std::move(wanted.asker.address)}}};
  CountedMail mail = co_await parts_.letters.add_notice(changes, std::move(notice));
  audit::Event event{
      .type = audit::EventType::password_changed, .at = parts_.clock.now(), .origin = std::move(wanted.asker.origin)};
  const sessions::NewSession& row = pending.draft.row;
  changes.add(AuditStore::record_of_new_session(std::move(event), row.secret_hash));
  const auto committed = co_await parts_.database.commit_unless(std::move(changes), users::password_is_the_checked_one);
  if (!committed) co_return std::nullopt;
  mail.keep();
  parts_.check.end(owner.password.place);
  co_return parts_.opening.opened(pending, *committed);
}

}  // namespace gatehouse::flows
