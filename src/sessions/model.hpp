#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/session_mark.hpp"
#include "base/time.hpp"
#include "json/writer.hpp"

namespace gatehouse::sessions {

/// Why a session was refused.
enum class SessionError {
  invalid,         ///< not sealed by this service: wrong length, alphabet, version or key, or altered
  expired,         ///< the row exists, but its time is over
  not_found,       ///< logged out or revoked, or never there
  user_not_found,  ///< the row exists, but its user does not
};

/// The client that logged in, as it is shown in the list of sessions. storable() cuts it to what is stored.
struct Client {
  std::string address;
  std::string user_agent;
};

inline constexpr std::size_t address_characters_max = 45;  ///< an IPv6 address with an embedded IPv4 one
inline constexpr std::size_t user_agent_characters_max = 255;

/// The client with its texts cut at their limits, in code points. If a text has bytes that no database accepts as text
/// (NUL, malformed UTF-8), all its bytes outside printable ASCII become question marks.
[[nodiscard]] Client storable(Client client);

/// The client with a question mark for every byte outside printable ASCII, which a database of any encoding accepts.
[[nodiscard]] Client in_ascii(Client client);

/// 128 random bits; the sealed session carries them, the database holds their SHA-256.
using SessionSecret = std::array<char, 16>;

[[nodiscard]] inline std::string_view bytes_of(const SessionSecret& secret) { return {secret.data(), secret.size()}; }

/// What a login hands to its client.
struct OpenedSession {
  SessionId id;
  std::string sealed;
  TimePoint expires_at;
};

/// The session that a token was issued with.
struct TokenSession {
  SessionId id;
  UserId user;
  std::optional<SessionMark> mark =
      {};  ///< nullopt: the token does not say, and any session of the user with the id will do
};

/// An active session as its owner sees it.
struct SessionInfo {
  SessionId id;
  TimePoint created_at;
  TimePoint last_seen_at;  ///< exact to a tenth of the session's time to live
  TimePoint expires_at;
  std::optional<std::string> address;
  std::optional<std::string> user_agent;
};

/// Writes `{"id":1,"createdAt":"…","lastSeenAt":"…","expiresAt":"…","ipAddress":"…","userAgent":"…"}`; null if
/// unknown.
void write_session(json::Writer& writer, const SessionInfo& session);

}  // namespace gatehouse::sessions
