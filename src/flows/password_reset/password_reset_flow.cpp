#include "flows/password_reset/password_reset_flow.hpp"

#include <optional>
#include <utility>

#include "flows/account/account_rules.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::flows {

using audit::AuditStore;
using audit::EventType;
using database::Changes;
using one_time_tokens::Kind;
using one_time_tokens::OneTimeTokenStore;
using users::UserStore;

Task<> PasswordResetFlow::request(std::string email, Asker asker) {
  const auto contact = co_await users_.find_contact_by_email(std::move(email));
  std::optional<users::Contact> owner = contact;
  std::string languages = asker.languages;
  Recipient recipient = co_await letters_.recipient(Kind::reset, std::move(owner), std::move(languages));
  Changes changes;
  letters_.add_link(changes, Kind::reset, recipient);
  changes.add(AuditStore::record(
      mailing_event(EventType::password_reset_requested, contact, recipient, clock_.now(), std::move(asker.origin))));
  (void)co_await database_.commit(std::move(changes));
  recipient.keep();
}

Task<std::expected<void, SendingError>> PasswordResetFlow::send(UserId user, audit::Origin origin) {
  const auto contact = co_await users_.find_contact(user);
  if (!contact) co_return std::unexpected(SendingError::unknown_user);
  if (contact->is_disabled) co_return std::unexpected(SendingError::disabled);
  const Recipient recipient = letters_.chosen_recipient(*contact, {});
  Changes changes;
  letters_.add_link(changes, Kind::reset, recipient);
  changes.add(AuditStore::record(
      mailing_event(EventType::password_reset_requested, contact, recipient, clock_.now(), std::move(origin))));
  (void)co_await database_.commit(std::move(changes));
  co_return std::expected<void, SendingError>{};
}

Task<std::expected<void, std::variant<TokenRefusal, FieldErrors>>> PasswordResetFlow::reset(PasswordReset wanted) {
  const auto token = co_await redemption_.find(std::move(wanted.token), Kind::reset);
  if (!token) co_return std::unexpected(TokenRefusal{});
  const auto contact = co_await users_.find_contact(token->user);
  if (!contact || contact->is_disabled) co_return std::unexpected(TokenRefusal{});
  auto mistakes = co_await mistakes_of(wanted, *token, *contact);
  if (!mistakes.empty()) co_return std::unexpected(std::move(mistakes));

  auto password_hash = co_await passwords_.hash(std::move(wanted.password), std::move(wanted.client_gone));
  Changes changes = redemption_.begin(*token);
  changes.add(UserStore::set_password(token->user, std::move(password_hash), clock_.now()));
  changes.add(UserStore::drop_express_password(token->user));
  // A token that was given in an answer rather than mailed proves nothing about the address.
  if (token->payload != answered_token) changes.add(UserStore::verify_email(token->user, clock_.now()));
  changes.add(sessions::SessionStore::remove_of_user(token->user));
  changes.add(OneTimeTokenStore::drop_open(token->user));
  check_.add_unlock(changes, token->user);
  CountedMail mail = co_await add_news(changes, token->user, std::move(wanted.asker));
  const auto committed = co_await database_.commit_unless(std::move(changes), one_time_tokens::token_is_unredeemed,
                                                          one_time_tokens::token_is_open);
  if (!committed) co_return std::unexpected(TokenRefusal{});
  mail.keep();
  co_return std::expected<void, std::variant<TokenRefusal, FieldErrors>>{};
}

/// Whoever must change the password has to choose another, wherever the token came from. The arguments outlive it.
Task<FieldErrors> PasswordResetFlow::mistakes_of(const PasswordReset& wanted, const GoodToken& token,
                                                 const users::Contact& user) {
  constexpr std::string_view field = "password";
  auto mistakes = mistakes_in(field, wanted.password, user, rules_);
  const bool must_be_another = user.must_change_password || token.payload == answered_token;
  if (!mistakes.empty() || !must_be_another) co_return mistakes;
  std::string email = user.email;
  SecretString password = wanted.password.clone();
  std::stop_token client_gone = wanted.client_gone;
  const bool is_current = co_await check_.is_current(std::move(email), std::move(password), std::move(client_gone));
  if (is_current) co_return unchanged_password(field);
  co_return mistakes;
}

/// `changes` belongs to reset(), which waits for this.
Task<CountedMail> PasswordResetFlow::add_news(Changes& changes, UserId user, Asker asker) {
  Notice notice{.kind = mail::Kind::password_changed,
                .user = user,
                .languages = std::move(asker.languages),
                .variables = {{"address", std::move(asker.address)}}};
  audit::Event event{.type = EventType::password_reset, .at = clock_.now(), .origin = std::move(asker.origin)};
  changes.add(AuditStore::record_of_user(std::move(event), user));
  co_return co_await letters_.add_notice(changes, std::move(notice));
}

}  // namespace gatehouse::flows
