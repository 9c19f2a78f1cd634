#include "flows/letters/letters.hpp"

#include <utility>

#include "one_time_tokens/token.hpp"

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

Recipient Letters::recipient(const std::optional<users::Contact>& contact, std::string_view languages) const {
  if (!contact || contact->is_disabled || !parts_.budget.take(contact->id)) return {};
  return {.user = contact->id,
          .first_name = contact->first_name,
          .locale = parts_.outbox.locale_for(contact->locale, languages)};
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
  add_token(changes, std::move(issued.row), to.user);
  changes.add(parts_.outbox.letter_to({.user = to.user}, std::move(letter)));
}

void Letters::add_first_link(Changes& changes, const std::string& email, std::string first_name,
                             std::string_view languages) {
  if (!parts_.verifies_new_users) return;
  Issued issued = issue(Kind::verify);
  std::string locale = parts_.outbox.locale_for(std::nullopt, languages);
  mail::Letter letter = letter_with(std::move(issued.text), issued.row, std::move(first_name), std::move(locale));
  changes.add(OneTimeTokenStore::insert_for_new_user(std::move(issued.row), email));
  changes.add(parts_.outbox.letter_to_address(email, std::move(letter)));
}

void Letters::add_email_link(Changes& changes, const Recipient& user, const std::string& new_email,
                             const std::optional<Recipient>& taken_by) {
  Issued issued = issue(Kind::email_change);
  mail::Letter letter = letter_with(std::move(issued.text), issued.row, user.first_name, user.locale);
  issued.row.payload = new_email;
  add_token(changes, std::move(issued.row), user.user);
  if (!user.is_somebody()) return;
  if (!taken_by) return changes.add(parts_.outbox.letter_to_address(new_email, std::move(letter)));
  letter.token = {};
  letter.locale = taken_by->locale;
  letter.variables["first_name"] = taken_by->first_name;
  changes.add(parts_.outbox.letter_to({.user = taken_by->user}, std::move(letter)));
}

SecretString Letters::add_reset_token(Changes& changes, UserId user) {
  Issued issued = issue(Kind::reset);
  issued.row.payload = answered_token;
  add_token(changes, std::move(issued.row), user);
  return std::move(issued.text);
}

Task<> Letters::add_notice(Changes& changes, Notice notice) {
  if (!parts_.sends_notices) co_return;
  const auto contact = co_await users_.find_contact(notice.user);
  if (!contact) co_return;
  notice.variables.emplace("first_name", contact->first_name);
  changes.add(parts_.outbox.letter_to({.user = notice.user, .password_hash = std::move(notice.password_hash)},
                                      {.kind = notice.kind,
                                       .locale = parts_.outbox.locale_for(contact->locale, notice.languages),
                                       .variables = std::move(notice.variables),
                                       .dedupe_key = std::move(notice.dedupe_key)}));
}

}  // namespace gatehouse::flows
