#include "sessions/model.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace gatehouse::sessions {
namespace {

std::string ascii_text(std::string text) {
  for (char& c : text) {
    if (c < 0x20 || c > 0x7e) c = '?';
  }
  return text;
}

std::string storable_text(std::string text, std::size_t characters_max) {
  if (!is_utf8(text) || text.contains('\0')) text = ascii_text(std::move(text));
  text.resize(first_code_points(text, characters_max).size());
  return text;
}

}  // namespace

Client storable(Client client) {
  return {storable_text(std::move(client.address), address_characters_max),
          storable_text(std::move(client.user_agent), user_agent_characters_max)};
}

Client in_ascii(Client client) {
  return {ascii_text(std::move(client.address)), ascii_text(std::move(client.user_agent))};
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
