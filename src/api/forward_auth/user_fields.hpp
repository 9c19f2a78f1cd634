#pragma once

#include "api/forward_auth/forward_auth_settings.hpp"
#include "http/answer.hpp"
#include "sessions/session_view.hpp"

namespace gatehouse::api {

/// Tells a gateway who the user is, in header fields for the application behind it. Every field of the chosen names is
/// there, empty if there is nothing to say, so that the gateway overwrites whatever its client sent in it. Email and
/// name are percent-encoded, so that no user's text can end a line; in an email, the characters
/// of RFC 5322's atoms except `%`, the `@` and the dots stay as they are.
///
/// One per io thread; it reuses its memory.
class UserFields {
 public:
  explicit UserFields(UserHeaders headers) : headers_(headers) {}

  void add(const sessions::SessionView& session, http::Answer& answer);

 private:
  const UserHeaders headers_;
  std::string email_;
  std::string name_;
  std::string expires_;
};

}  // namespace gatehouse::api
