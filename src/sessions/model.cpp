#include "sessions/model.hpp"

#include "base/json_text.hpp"

namespace gatehouse::sessions {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Cuts UTF-8 text to at most `bytes_max` bytes, between two characters.
void cut(std::string& text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  std::size_t end = bytes_max;
  while (end > 0 && is_continuation(text[end])) --end;
  text.resize(end);
}

std::string storable_text(std::string text, std::size_t bytes_max) {
  if (!is_utf8(text) || text.contains('\0')) {
    for (char& c : text) {
      if (c < 0x20 || c > 0x7e) c = '?';
    }
  }
  cut(text, bytes_max);
  return text;
}

void append_nullable(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    append_json_string(out, *text);
  } else {
    out += "null";
  }
}

}  // namespace

Client storable(Client client) {
  return {storable_text(std::move(client.address), address_bytes_max),
          storable_text(std::move(client.user_agent), user_agent_bytes_max)};
}

void append_session_json(std::string& out, const SessionInfo& session) {
  out += "{\"id\":";
  out += std::to_string(session.id.value);
  out += ",\"createdAt\":\"";
  append_iso8601(out, session.created_at);
  out += "\",\"lastSeenAt\":\"";
  append_iso8601(out, session.last_seen_at);
  out += "\",\"expiresAt\":\"";
  append_iso8601(out, session.expires_at);
  out += "\",\"ipAddress\":";
  append_nullable(out, session.address);
  out += ",\"userAgent\":";
  append_nullable(out, session.user_agent);
  out += '}';
}

}  // namespace gatehouse::sessions
