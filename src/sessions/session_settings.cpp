#include "sessions/session_settings.hpp"

#include <array>

#include "config/assign.hpp"
#include "config/checks.hpp"

namespace gatehouse::sessions {
namespace {

using namespace config;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using Text = std::string_view;

constexpr std::string_view session_group = "Sessions";
constexpr DurationRange lifetime_range{seconds{1}, days{3650}};

Parsed<void> assign_megabytes(Text text, std::size_t& bytes) {
  const auto megabytes = parse_number(text, {0, 65536});
  if (!megabytes) return std::unexpected(megabytes.error());
  bytes = *megabytes << 20U;
  return {};
}

constexpr auto session_rows = std::to_array<SettingOf<SessionSettings>>({
    {{"SESSION_SECRET", secrets_group, "",
      "Seals sessions; at least 32 bytes. With several, comma-separated, the first seals and each one opens.",
      Secrecy::key},
     nullptr,
     &SessionSettings::secrets},
    {{"SESSION_TTL", session_group, "7d", "How long a session lasts without use."},
     [](SessionSettings& s, Text text) { return assign_duration(text, lifetime_range, s.ttl); }},
    {{"SESSION_ABSOLUTE_TTL", session_group, "30d", "The longest that a session lasts, however much it is used."},
     [](SessionSettings& s, Text text) { return assign_duration(text, lifetime_range, s.absolute_ttl); }},
    {{"SESSION_CACHE_MB", session_group, "64", "Memory for the session cache in MiB; 0 switches the cache off."},
     [](SessionSettings& s, Text text) { return assign_megabytes(text, s.cache_bytes); }},
    {{"SESSION_CLEANUP_INTERVAL", session_group, "60s", "How often expired sessions are deleted."},
     [](SessionSettings& s, Text text) { return assign_duration(text, {seconds{1}, days{1}}, s.cleanup_interval); }},
    {{"REFRESH_GRACE", session_group, "30s",
      "How long a used refresh token still gets the same successor, for a second tab or a lost answer."},
     [](SessionSettings& s, Text text) { return assign_duration(text, {seconds{0}, hours{1}}, s.refresh_grace); }},
});

void check(const SessionSettings& settings, Checks& checks) {
  if (settings.absolute_ttl < settings.ttl) {
    checks.refuse({"SESSION_ABSOLUTE_TTL", "is shorter than SESSION_TTL", "raise it or lower SESSION_TTL"});
  }
}

}  // namespace

Section<SessionSettings> session_section() { return {.rows = session_rows, .check = check}; }

}  // namespace gatehouse::sessions
