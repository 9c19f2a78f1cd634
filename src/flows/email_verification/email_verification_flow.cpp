#include "flows/email_verification/email_verification_flow.hpp"

#include <utility>

namespace gatehouse::flows {

using audit::AuditStore;
using audit::EventType;
using database::Changes;
using one_time_tokens::Kind;

Task<> EmailVerificationFlow::request(std::string email, Asker asker) {
  const auto contact = co_await users_.find_contact_by_email(std::move(email));
  const bool is_verified = contact && contact->is_verified;
  std::optional<users::Contact> unverified = is_verified ? std::nullopt : contact;
  std::string languages = asker.languages;
  Recipient recipient = co_await letters_.recipient(Kind::verify, std::move(unverified), std::move(languages));
  audit::Event event =
      mailing_event(EventType::email_verification_sent, contact, recipient, clock_.now(), std::move(asker.origin));
  if (is_verified) event.reason = "already_verified";
  Changes changes;
  letters_.add_link(changes, Kind::verify, recipient);
  changes.add(AuditStore::record(std::move(event)));
  (void)co_await database_.commit(std::move(changes));
  recipient.keep();
}

Task<std::expected<UserId, TokenRefusal>> EmailVerificationFlow::verify(std::string token, audit::Origin origin) {
  const auto good = co_await redemption_.find(std::move(token), Kind::verify);
  if (!good) co_return std::unexpected(TokenRefusal{});
  Changes changes = redemption_.begin(*good);
  changes.add(users::UserStore::verify_email(good->user, clock_.now()));
  audit::Event event{.type = EventType::email_verified, .at = clock_.now(), .origin = std::move(origin)};
  changes.add(AuditStore::record_of_user(std::move(event), good->user));
  const auto committed = co_await database_.commit_unless(std::move(changes), one_time_tokens::token_is_unredeemed,
                                                          one_time_tokens::token_is_open);
  if (!committed) co_return std::unexpected(TokenRefusal{});
  co_return good->user;
}

}  // namespace gatehouse::flows
