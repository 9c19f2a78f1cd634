#pragma once

#include "json/writer.hpp"
#include "sessions/session_view.hpp"

namespace gatehouse::api {

/// `"userId":7,"user":{"id":7,"email":"…","first_name":"…","last_name":"…"},"expiresAt":"…"`, members of an object that
/// has been begun.
inline void write_verified_session(json::Writer& writer, const sessions::SessionView& session) {
  const Principal& principal = session.principal();
  const sessions::Profile profile = session.profile();
  writer.member("userId", principal.user).key("user").begin_object();
  writer.member("id", principal.user).member("email", profile.email);
  writer.member("first_name", profile.first_name).member("last_name", profile.last_name).end_object();
  writer.member("expiresAt", principal.expires_at);
}

}  // namespace gatehouse::api
