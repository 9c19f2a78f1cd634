#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::audit {

using EventId = StrongId<struct EventTag>;

/// The types of events. docs/audit.md describes each.
enum class EventType : std::uint8_t {
  user_created,
  user_updated,
  user_deleted,
  user_disabled,
  user_enabled,
  user_unlocked,
  user_imported,
  login_succeeded,
  login_failed,
  login_blocked,
  logout,
  session_revoked,
  refresh_reused,
  password_changed,
  password_reset_requested,
  password_reset,
  password_locked,
  email_verification_sent,
  email_verified,
  email_change_requested,
  email_changed,
  key_created,
  key_rotated,
  key_revoked,
  key_refused,
  signing_key_generated,
  signing_key_promoted,
  signing_key_retired,
  signing_key_revoked,
  device_added,
  device_removed,
  mail_failed,
  rate_limited,
  audit_pruned,
  service_started,
  service_stopped,
};
inline constexpr std::size_t event_type_count = static_cast<std::size_t>(EventType::service_stopped) + 1;

/// The name of a type, such as `user.created`: a contract, also in stored rows.
[[nodiscard]] std::string_view to_text(EventType type);
/// Whether there is an event type of this name.
[[nodiscard]] bool is_event_type(std::string_view text);

/// How an attempt ended.
enum class Outcome : std::uint8_t {
  ok,
  refused,  ///< by a rule: a wrong password, a missing scope
  error,    ///< something broke
};
[[nodiscard]] std::string_view to_text(Outcome outcome);
[[nodiscard]] bool is_outcome(std::string_view text);

/// What kind of actor caused an event.
enum class ActorKind : std::uint8_t {
  key,     ///< whoever sends requests with an API key, or without a valid one
  user,    ///< a user, with no back end in between
  cli,     ///< whoever typed a command
  system,  ///< the service itself
};
[[nodiscard]] std::string_view to_text(ActorKind kind);

/// Who acts and from where: this is common to all events of one request, command or job. A flow gets one and passes it
/// to each event that it records. The texts are cut to the stored length when an event is recorded.
struct Origin {
  ActorKind kind = ActorKind::system;
  std::string actor;       ///< a key's name, who typed the command, a part of the service; may be empty
  std::string request_id;  ///< empty if there is no request
  std::string address;     ///< of the reported client, or of the peer; empty if there is none
  std::string user_agent;
};

/// The origin of what the service itself does; `part` names the part of it.
[[nodiscard]] inline Origin system_origin(std::string_view part) {
  return {.kind = ActorKind::system, .actor = std::string{part}, .request_id = {}, .address = {}, .user_agent = {}};
}

inline constexpr std::size_t details_bytes_max = 2048;  ///< checked by the database
inline constexpr std::size_t user_agent_bytes_max = 255;
inline constexpr std::size_t actor_characters_max = 255;

/// Something that happened. Holds no secret, and no text from a client except those of its origin.
struct Event {
  EventType type;
  TimePoint at;
  Origin origin;
  Outcome outcome = Outcome::ok;
  std::string_view reason = {};  ///< why it is not ok: snake_case, static
  std::optional<UserId> user = {};
  std::optional<SessionId> session = {};
  std::string details = {};  ///< a JSON object of at most details_bytes_max, or empty
};

/// An event as it is stored. Types, outcomes and kinds are text, because a later version may have written others.
struct StoredEvent {
  EventId id;
  TimePoint at;
  std::string type;
  std::string outcome;
  std::optional<std::string> reason;
  std::string actor_kind;
  std::optional<std::string> actor;
  std::optional<UserId> user;
  std::optional<SessionId> session;
  std::optional<std::string> request_id;
  std::optional<std::string> address;
  std::optional<std::string> user_agent;
  std::optional<std::string> details;
};

/// Writes `{"id":1,"type":"logout","outcome":"ok","reason":null,"at":"…","actor":{"kind":"key","name":"…"},"userId":7,
/// "sessionId":9,"requestId":"…","ipAddress":"…","userAgent":"…","details":null}`; null if there is no value.
void write_event(json::Writer& writer, const StoredEvent& event);

}  // namespace gatehouse::audit
