#pragma once

#include <cstdint>
#include <expected>
#include <stop_token>
#include <string>

#include "audit/audit_store.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "database/database.hpp"
#include "flows/letters/asker.hpp"
#include "flows/letters/letters.hpp"
#include "idempotency/repetitions.hpp"
#include "passwords/password_service.hpp"
#include "users/model.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Why an account was not created, changed or removed.
enum class AccountError {
  not_found,
  email_taken,
  referenced,        ///< rows of other tables refer to the user, so the database refuses the deletion
  version_mismatch,  ///< the user has changed since the caller saw them
  superseded,        ///< another attempt at the same request took the place of this one
};

/// Creates, changes and removes users together with their password and sessions, and puts each on record as `origin`'s
/// doing. One per io thread; everything it refers to outlives it. Throws what Database and PasswordService throw. Once
/// `client_gone` is asked to stop, no hashing begins.
class AccountFlow {
 public:
  AccountFlow(database::Database& database, passwords::PasswordService& passwords, Letters& letters,
              const Clock& clock);

  /// `user` must follow the AccountRules. Fails with email_taken, or with superseded if it is the `work` of a
  /// repeatable request, which must outlive the coroutine. The user is asked to verify the email if new users are.
  [[nodiscard]] Task<std::expected<users::User, AccountError>> create(
      users::NewUser user, Asker asker, std::stop_token client_gone = {},
      const idempotency::RepeatableWork* work = nullptr);
  /// The same, for users who come from elsewhere; they are not asked to verify their email.
  [[nodiscard]] Task<std::expected<users::User, AccountError>> import(users::NewUser user, audit::Origin origin);

  /// `wanted` must follow the AccountRules. Only the given fields change. A new password ends all sessions of the user;
  /// a new password or email voids the user's one-time tokens, and the user is told. Fails with not_found, with
  /// email_taken, or with version_mismatch unless the user has one of the versions in `seen`.
  [[nodiscard]] Task<std::expected<users::User, AccountError>> update(UserId id, users::UserChanges wanted,
                                                                      audit::Origin origin,
                                                                      users::SeenVersions seen = {},
                                                                      std::stop_token client_gone = {});

  /// Ends all sessions of the user, and with them the tokens, and voids the one-time tokens. No password is accepted
  /// until enable(). The reason is for the record. Fails with not_found.
  [[nodiscard]] Task<std::expected<void, AccountError>> disable(UserId id, audit::Origin origin,
                                                                std::optional<std::string> reason = {});
  /// Fails with not_found.
  [[nodiscard]] Task<std::expected<void, AccountError>> enable(UserId id, audit::Origin origin);

  /// Until the user has a new password, the right one is answered with the demand for another; sessions go on. Fails
  /// with not_found.
  [[nodiscard]] Task<std::expected<void, AccountError>> require_password_change(UserId id, audit::Origin origin);

  /// Forgets all devices that the user is known by, and returns how many there were. Fails with not_found.
  [[nodiscard]] Task<std::expected<std::int64_t, AccountError>> forget_devices(UserId id, audit::Origin origin);

  /// Also ends the user's sessions. Fails with not_found, with referenced, or with version_mismatch unless the user has
  /// one of the versions in `seen`.
  [[nodiscard]] Task<std::expected<void, AccountError>> remove(UserId id, audit::Origin origin,
                                                               users::SeenVersions seen = {});

 private:
  [[nodiscard]] Task<std::expected<users::User, AccountError>> insert(users::NewUser user, audit::EventType type,
                                                                      Asker asker, std::stop_token client_gone,
                                                                      const idempotency::RepeatableWork* work);
  [[nodiscard]] Task<AccountError> reason_of(database::Violation violation, UserId id);
  [[nodiscard]] audit::Event event(audit::EventType type, audit::Origin origin) const;

  static constexpr int rounds_max = 3;
  /// What update() was asked for; `new_hash` is that of the new password.
  struct Update {
    UserId id;
    users::UserChanges wanted;
    audit::Origin origin;
    users::SeenVersions seen;
    std::optional<std::string> new_hash = {};
  };
  [[nodiscard]] Task<std::expected<users::User, AccountError>> try_to_update(const Update& update);
  [[nodiscard]] Task<CountedMail> add_password(database::Changes& changes, const Update& update);

  database::Database& database_;
  users::UserStore users_;
  passwords::PasswordService& passwords_;
  Letters& letters_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
