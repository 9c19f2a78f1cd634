#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::users {

/// A user as every response shows one: never a hash, never a salt.
struct User {
  UserId id;
  std::string first_name;
  std::string last_name;
  std::string email;  ///< as it was typed; users::email_key() of it is unique
  TimePoint created_at;
  TimePoint updated_at;
  std::optional<TimePoint> disabled_at = {};  ///< a disabled user cannot log in; shown to operators only
  std::int64_t version = 1;                   ///< increases with each change of what is shown; part of the ETag
};

/// Writes `{"id":1,"first_name":"…","last_name":"…","email":"…","created_at":"…","updated_at":"…"}`.
void write_user(json::Writer& writer, const User& user);
/// Writes only the members of that object.
void write_user_members(json::Writer& writer, const User& user);

/// What operators see of a user in addition.
struct Account {
  std::string email;
  std::optional<TimePoint> email_verified_at;
  std::optional<TimePoint> disabled_at;
  std::optional<TimePoint> password_changed_at;
  bool must_change_password = false;
  std::int64_t version = 1;  ///< increases with each change of what a User shows
};

/// What a caller sends to create a user. Unchecked until validate() (users/validation.hpp) found nothing.
struct NewUser {
  std::string first_name;
  std::string last_name;
  std::string email;
  SecretString password;
};

/// What a caller sends to change a user: only the fields that are present change. Unchecked until validate().
struct UserChanges {
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> email;
  std::optional<SecretString> password;

  [[nodiscard]] bool empty() const noexcept { return !first_name && !last_name && !email && !password; }
};

/// The password columns of a users row, verbatim: a PHC string without a salt, or the Express service's hex hash with
/// its salt, or neither if the user never had a password.
struct UserCredentials {
  UserId id;
  std::optional<std::string> password_hash;
  std::optional<std::string> salt;
  bool is_disabled = false;
  bool is_verified = false;  ///< their email
  bool must_change_password = false;
};

/// Versions of a user, one of which the caller has seen; nothing if any will do.
using SeenVersions = std::optional<std::vector<std::int64_t>>;

/// What is needed to write to a user.
struct Contact {
  UserId id;
  std::string first_name;
  std::string last_name;
  std::string email;
  std::optional<std::string> locale;  ///< the user's own language tag (RFC 5646)
  bool is_disabled = false;
  bool is_verified = false;
  bool must_change_password = false;
};

}  // namespace gatehouse::users
