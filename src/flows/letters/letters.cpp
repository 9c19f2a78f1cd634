#include "flows/letters/letters.hpp"

#include <utility>

#include "one_time_tokens/token.hpp"
#include "users/email.hpp"

namespace gatehouse::flows {
namespace {

using database::Changes;
using one_time_tokens::Kind;
using one_time_tokens::NewOneTimeToken;
using one_time_tokens::OneTimeTokenStore;

constexpr mail::Kind letter_of(Kind kind) {
  switch (kind) {
    case Kind::reset:
      return mail::Kind::reset_password;
    case Kind::verify:
      return mail::Kind::verify_email;
    case Kind::email_change:
      return mail::Kind::change_email;
  }
  return mail::Kind::reset_password;
}

std::chrono::seconds lifetime_of(Kind kind, const one_time_tokens::OneTimeTokenSettings& lifetimes) {
  switch (kind) {
    case Kind::reset:
      return lifetimes.reset_ttl;
    case Kind::verify:
      return lifetimes.verify_ttl;
    case Kind::email_change:
      return lifetimes.email_ttl;
  }
  return lifetimes.reset_ttl;
}

mail::Letter letter_with(SecretString token, const NewOneTimeToken& row, std::string first_name, std::string locale) {
  return {.kind = letter_of(row.kind),
          .locale = std::move(locale),
          .token = std::move(token),
          .variables = {{"first_name", std::move(first_name)}},
          .expires_at = row.expires_at};
}

std::string_view why_nobody(const std::optional<users::Contact>& contact) {
  if (!contact) return "unknown_user";
  return contact->is_disabled ? "disabled" : "too_many_mails";
}

}  // namespace

Task<Recipient> Letters::recipient(Kind kind, std::optional<users::Contact> contact, std::string languages) const {
  if (!contact || contact->is_disabled) co_return Recipient{};
  MailBudget::Shared shared = parts_.shared_limits;
  auto mail = co_await parts_.budget.take(letter_of(kind), contact->id, std::move(shared));
  if (!mail) co_return Recipient{};
  Recipient found = chosen_recipient(*contact, languages);
  found.mail = *std::move(mail);
  co_return found;
}

Task<Recipient> Letters::recipient_at(std::string new_email, users::Contact contact, std::string languages) const {
  Recipient found = co_await recipient(Kind::email_change, std::move(contact), std::move(languages));
  if (!found.is_somebody()) co_return found;
  std::string email_key = users::email_key(new_email);
  MailBudget::Shared shared = parts_.shared_limits;
  auto mail = co_await parts_.budget.take(letter_of(Kind::email_change), std::move(email_key), std::move(shared));
  if (!mail) co_return Recipient{};
  found.mail_to_address = *std::move(mail);
  co_return found;
}

Recipient Letters::chosen_recipient(const users::Contact& contact, std::string_view languages) const {
  if (contact.is_disabled) return {};
  return {.user = contact.id,
          .first_name = contact.is_verified ? contact.first_name : "",
          .locale = parts_.outbox.locale_for(contact.locale, languages)};
}

audit::Event mailing_event(audit::EventType type, const std::optional<users::Contact>& contact,
                           const Recipient& recipient, TimePoint now, audit::Origin origin) {
  audit::Event event{.type = type, .at = now, .origin = std::move(origin)};
  if (contact) event.user = contact->id;
  if (recipient.is_somebody()) return event;
  event.outcome = audit::Outcome::refused;
  event.reason = why_nobody(contact);
  return event;
}

Letters::Issued Letters::issue(Kind kind) const {
  auto token = one_time_tokens::make_token(kind, parts_.random);
  const TimePoint now = parts_.clock.now();
  NewOneTimeToken row{.kind = kind,
                      .hash = std::move(token.hash),
                      .created_at = now,
                      .expires_at = now + lifetime_of(kind, parts_.lifetimes)};
  return {.text = std::move(token.text), .row = std::move(row)};
}

void Letters::add_token(Changes& changes, NewOneTimeToken row, UserId user) const {
  const Kind kind = row.kind;
  changes.add(OneTimeTokenStore::insert(std::move(row), user));
  changes.add(OneTimeTokenStore::drop_old(kind, user));
}

void Letters::add_link(Changes& changes, Kind kind, const Recipient& to) {
  Issued issued = issue(kind);
  mail::Letter letter = letter_with(std::move(issued.text), issued.row, to.first_name, to.locale);
  changes.add(users::UserStore::lock(to.user));
  add_token(changes, std::move(issued.row), to.user);
  changes.add(parts_.outbox.letter_to({.user = to.user}, std::move(letter)));
}

void Letters::add_first_link(Changes& changes, const std::string& email, std::string_view languages) {
  if (!parts_.verifies_new_users) return;
  Issued issued = issue(Kind::verify);
  mail::Letter letter =
      letter_with(std::move(issued.text), issued.row, {}, parts_.outbox.locale_for(std::nullopt, languages));
  changes.add(OneTimeTokenStore::insert_for_new_user(std::move(issued.row), email));
  changes.add(parts_.outbox.letter_to_address(email, std::move(letter)));
}

void Letters::add_email_link(Changes& changes, const Recipient& user, const std::string& new_email,
                             const std::optional<users::Contact>& holder) {
  Issued issued = issue(Kind::email_change);
  mail::Letter letter = letter_with(std::move(issued.text), issued.row, {}, user.locale);
  issued.row.payload = new_email;
  add_token(changes, std::move(issued.row), user.user);
  if (!user.is_somebody()) return;
  if (!holder) return changes.add(parts_.outbox.letter_to_address(new_email, std::move(letter)));
  letter.token = {};
  letter.locale = parts_.outbox.locale_for(holder->locale, {});
  changes.add(parts_.outbox.letter_to({.user = holder->id}, std::move(letter)));
}

SecretString Letters::add_reset_token(Changes& changes, UserId user) {
  Issued issued = issue(Kind::reset);
  issued.row.payload = answered_token;
  add_token(changes, std::move(issued.row), user);
  return std::move(issued.text);
}

Task<CountedMail> Letters::add_notice(Changes& changes, Notice notice) {
  if (!parts_.sends_notices) co_return CountedMail{};
  const auto contact = co_await users_.find_contact(notice.user);
  MailBudget::Shared shared = parts_.shared_limits;
  auto mail = co_await parts_.budget.take(notice.kind, notice.user, std::move(shared));
  if (!mail) co_return CountedMail{};
  if (contact && contact->is_verified) {
    notice.variables.emplace("first_name", contact->first_name);
  } else {
    for (const char* chosen_by_a_stranger : {"user_agent", "new_email"}) notice.variables.erase(chosen_by_a_stranger);
  }
  changes.add(parts_.outbox.letter_to(
      {.user = notice.user, .password_hash = std::move(notice.password_hash)},
      {.kind = notice.kind,
       .locale = parts_.outbox.locale_for(contact ? contact->locale : std::nullopt, notice.languages),
       .variables = std::move(notice.variables),
       .dedupe_key = std::move(notice.dedupe_key)}));
  co_return *std::move(mail);
}

}  // namespace gatehouse::flows
