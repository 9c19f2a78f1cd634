#include "flows/password_change/password_change_flow.hpp"

#include <utility>

#include "flows/account/account_rules.hpp"

namespace gatehouse::flows {

using audit::AuditStore;
using database::Changes;
using one_time_tokens::OneTimeTokenStore;
using users::UserStore;

Task<std::expected<LoginResult, PasswordChangeFlow::Refusal>> PasswordChangeFlow::change(PasswordChange wanted) {
  Asker asker = wanted.owner.asker;
  std::stop_token client_gone = wanted.owner.client_gone;
  auto owner = co_await owners_.prove(std::move(wanted.owner));
  if (!owner) co_return std::visit([](auto why) { return std::unexpected<Refusal>(why); }, owner.error());
  lockout::Place place = owner->password.place;
  if (auto mistakes = mistakes_in("newPassword", wanted.new_password, owner->contact, rules_); !mistakes.empty()) {
    co_await check_.give_back(std::move(place));
    co_return std::unexpected(std::move(mistakes));
  }

  auto password_hash = co_await passwords_.hash(std::move(wanted.new_password), std::move(client_gone));
  auto opened = co_await store(*std::move(owner), std::move(password_hash), std::move(wanted.client), std::move(asker));
  if (opened) co_return *std::move(opened);
  co_await check_.give_back(std::move(place));
  co_return std::unexpected(PasswordError::wrong_password);
}

/// Nothing where somebody else has changed the password meanwhile.
Task<std::optional<LoginResult>> PasswordChangeFlow::store(Owner owner, std::string password_hash,
                                                           sessions::Client client, Asker asker) {
  const UserId user = owner.contact.id;
  Changes changes;
  changes.add(UserStore::change_password(user, *owner.password.credentials.password_hash, password_hash, clock_.now()));
  changes.add(UserStore::drop_express_password(user));
  changes.add(sessions::SessionStore::remove_of_user(user));
  changes.add(OneTimeTokenStore::drop_open(user));
  owner.password.replacement = password_hash;
  check_.add_success(changes, owner.password);
  const PendingSession pending = opening_.add(changes, user, password_hash, std::move(client));
  Notice notice{.kind = mail::Kind::password_changed,
                .user = user,
                .languages = std::move(asker.languages),
                .variables = {{"address", asker.origin.address}}};
  co_await letters_.add_notice(changes, std::move(notice));
  audit::Event event{.type = audit::EventType::password_changed, .at = clock_.now(), .origin = std::move(asker.origin)};
  changes.add(
      AuditStore::record_of_new_session(std::move(event), pending.draft.row.expires_at, pending.draft.row.secret_hash));
  const auto committed = co_await database_.commit_unless(std::move(changes), users::password_is_the_checked_one);
  if (!committed) co_return std::nullopt;
  check_.end(owner.password.place);
  co_return opening_.opened(pending, *committed);
}

}  // namespace gatehouse::flows
