#include "flows/reauthentication/reauthentication.hpp"

#include <utility>

namespace gatehouse::flows {

Task<std::expected<Owner, OwnerRefusal>> Reauthentication::prove(OwnerClaim claim) {
  const auto session = co_await sessions_.verify(std::move(claim.session));
  if (!session) co_return std::unexpected(session.error());
  auto contact = co_await users_.find_contact(session->principal().user);
  if (!contact) co_return std::unexpected(sessions::SessionError::user_not_found);

  PasswordAttempt attempt{.email = contact->email,
                          .password = std::move(claim.password),
                          .traces = std::move(claim.traces),
                          .origin = claim.asker.origin,
                          .client_gone = std::move(claim.client_gone)};
  auto checked = co_await passwords_.check(std::move(attempt));
  if (!checked) co_return std::unexpected(checked.error().error);
  if (checked->credentials.id != contact->id) {  // the email has gone to somebody else meanwhile
    co_await passwords_.give_up(std::move(checked->place), contact->id, std::move(claim.asker.origin),
                                PasswordCheck::replaced_meanwhile);
    co_return std::unexpected(PasswordError::wrong_password);
  }
  // What follows stores no better hash of the same password.
  checked->replacement.reset();
  co_return Owner{.contact = *std::move(contact), .password = *std::move(checked)};
}

}  // namespace gatehouse::flows
