#include "sessions/model.hpp"

#include "base/text.hpp"

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

}  // namespace

Client storable(Client client) {
  return {storable_text(std::move(client.address), address_bytes_max),
          storable_text(std::move(client.user_agent), user_agent_bytes_max)};
}

void write_session(json::Writer& writer, const SessionInfo& session) {
  writer.begin_object()
      .member("id", session.id)
      .member("createdAt", session.created_at)
      .member("lastSeenAt", session.last_seen_at)
      .member("expiresAt", session.expires_at)
      .member("ipAddress", session.address)
      .member("userAgent", session.user_agent)
      .end_object();
}

}  // namespace gatehouse::sessions
