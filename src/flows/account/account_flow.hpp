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
  referenced,        ///< rows of other tables refer to the user, and the database does not let it go
  version_mismatch,  ///< the user is not any more as the caller has seen them
  superseded,        ///< another attempt at the same request took the place of this one
};

/// Creates, changes and removes users together with what hangs on them: password and sessions, and puts each on record
/// as `origin`'s doing. One per io thread; everything it refers to outlives it. Throws what Database and
/// PasswordService throw. Once `client_gone` is asked to stop, no hashing begins.
class AccountFlow {
 public:
  AccountFlow(database::Database& database, passwords::PasswordService& passwords, Letters& letters,
              const Clock& clock);

  /// `user` follows the AccountRules. Fails with email_taken; and, where it is the work of a request that may be
  /// repeated, which outlives the coroutine, with superseded. The user is asked to verify the email, where new users
  /// are.
  [[nodiscard]] Task<std::expected<users::User, AccountError>> create(
      users::NewUser user, Asker asker, std::stop_token client_gone = {},
      const idempotency::RepeatableWork* work = nullptr);
  /// The same, for users who come from elsewhere.
  [[nodiscard]] Task<std::expected<users::User, AccountError>> import(users::NewUser user, audit::Origin origin);

  /// `wanted` follows the AccountRules. Only the given fields change. A new password ends all sessions of the user; a
  /// new password or email voids the user's one-time tokens, and the user is told. Fails with not_found, email_taken
  /// and, unless the user has one of the versions seen, version_mismatch.
  [[nodiscard]] Task<std::expected<users::User, AccountError>> update(UserId id, users::UserChanges wanted,
                                                                      audit::Origin origin,
                                                                      users::SeenVersions seen = {},
                                                                      std::stop_token client_gone = {});

  /// Ends all sessions of the user, and with them the tokens, and voids the one-time tokens; the reason is for the
  /// record; no password is right until enable(). Fails with not_found.
  [[nodiscard]] Task<std::expected<void, AccountError>> disable(UserId id, audit::Origin origin,
                                                                std::optional<std::string> reason = {});
  /// Fails with not_found.
  [[nodiscard]] Task<std::expected<void, AccountError>> enable(UserId id, audit::Origin origin);

  /// A right password of the user is answered with the demand for another one, until there is one; sessions go on.
  /// Fails with not_found.
  [[nodiscard]] Task<std::expected<void, AccountError>> require_password_change(UserId id, audit::Origin origin);

  /// Nothing that the user is known by is left of their devices: how many there were. Fails with not_found.
  [[nodiscard]] Task<std::expected<std::int64_t, AccountError>> forget_devices(UserId id, audit::Origin origin);

  /// Fails with not_found, referenced and, unless the user has one of the versions seen, version_mismatch. The user's
  /// sessions end with it.
  [[nodiscard]] Task<std::expected<void, AccountError>> remove(UserId id, audit::Origin origin,
                                                               users::SeenVersions seen = {});

 private:
  [[nodiscard]] Task<std::expected<users::User, AccountError>> insert(users::NewUser user, audit::EventType type,
                                                                      Asker asker, std::stop_token client_gone,
                                                                      const idempotency::RepeatableWork* work);
  [[nodiscard]] Task<AccountError> reason_of(database::Violation violation, UserId id);
  [[nodiscard]] audit::Event event(audit::EventType type, audit::Origin origin) const;

  static constexpr int rounds_max = 3;
  /// What update() was asked for; the hash is of the new password.
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
