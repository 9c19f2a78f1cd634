#include "flows/email_change/email_change_flow.hpp"

#include <optional>
#include <utility>

#include "users/email.hpp"

namespace gatehouse::flows {

using audit::AuditStore;
using audit::EventType;
using database::Changes;
using one_time_tokens::Kind;
using one_time_tokens::OneTimeTokenStore;
using users::UserStore;

Task<std::expected<void, EmailChangeFlow::Refusal>> EmailChangeFlow::request(EmailChange wanted) {
  if (const auto problem = users::email_problem(wanted.new_email); !problem.empty()) {
    co_return std::unexpected(FieldErrors{{"email", std::string{problem.message}, problem.code}});
  }
  Asker asker = wanted.owner.asker;
  auto owner = co_await owners_.prove(std::move(wanted.owner));
  if (!owner) co_return std::visit([](auto why) { return std::unexpected<Refusal>(why); }, owner.error());
  const UserId user = owner->contact.id;
  lockout::Place place = owner->password.place;
  audit::Origin origin = asker.origin;
  auto work = send(*std::move(owner), std::move(wanted.new_email), std::move(asker));
  const bool is_sent = co_await passwords_.or_give_back(place, std::move(work));
  if (is_sent) co_return std::expected<void, Refusal>{};
  co_await passwords_.give_up(std::move(place), user, std::move(origin), PasswordCheck::replaced_meanwhile);
  co_return std::unexpected(PasswordError::wrong_password);
}

/// False if the password has been replaced meanwhile.
Task<bool> EmailChangeFlow::send(Owner owner, std::string new_email, Asker asker) {
  const UserId user = owner.contact.id;
  std::string sought = new_email;
  auto holder = co_await users_.find_contact_by_email(std::move(sought));
  if (holder && holder->id == user) holder.reset();
  std::string address = new_email;
  users::Contact contact = owner.contact;
  std::string languages = asker.languages;
  Recipient recipient = co_await letters_.recipient_at(std::move(address), std::move(contact), std::move(languages));

  Changes changes;
  changes.add(UserStore::lock(user));
  changes.add(UserStore::require_password(user, *owner.password.credentials.password_hash));
  passwords_.add_success(changes, owner.password);
  letters_.add_email_link(changes, recipient, new_email, holder);
  changes.add(AuditStore::record(mailing_event(EventType::email_change_requested, owner.contact, recipient,
                                               clock_.now(), std::move(asker.origin))));
  const auto committed = co_await database_.commit_unless(std::move(changes), users::password_is_the_checked_one);
  if (!committed) co_return false;
  passwords_.end(owner.password.place);
  recipient.keep();
  co_return true;
}

Task<std::expected<UserId, std::variant<TokenRefusal, EmailTaken>>> EmailChangeFlow::confirm(std::string token,
                                                                                             Asker asker) {
  const auto good = co_await redemption_.find(std::move(token), Kind::email_change);
  if (!good || !good->payload) co_return std::unexpected(TokenRefusal{});
  Changes changes = redemption_.begin(*good);
  Notice notice{.kind = mail::Kind::email_changed,
                .user = good->user,
                .languages = std::move(asker.languages),
                .variables = {{"new_email", *good->payload}}};
  CountedMail mail = co_await letters_.add_notice(changes, std::move(notice));  // to the address that the row still has
  changes.add(UserStore::change_email(good->user, *good->payload, clock_.now()));
  changes.add(OneTimeTokenStore::drop_open(good->user));
  audit::Event event{.type = EventType::email_changed, .at = clock_.now(), .origin = std::move(asker.origin)};
  changes.add(AuditStore::record_of_user(std::move(event), good->user));
  const auto committed = co_await database_.commit_unless(std::move(changes), one_time_tokens::token_is_unredeemed,
                                                          one_time_tokens::token_is_open, users::email_is_unique);
  if (committed) {
    mail.keep();
    co_return good->user;
  }
  if (users::email_is_unique.is_violated_by(committed.error())) co_return std::unexpected(EmailTaken{});
  co_return std::unexpected(TokenRefusal{});
}

}  // namespace gatehouse::flows
