// What a change feed brings: a session stays in the cache only if the announcement names another one, or another user.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sessions/session_cache.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse;
  using namespace std::string_view_literals;
  constexpr SessionId session{7};
  constexpr UserId user{3};
  constexpr TimePoint now = from_unix_us(1'000'000);

  sessions::SessionCache cache{1 << 20};
  cache.on_feed_ready();
  const TimePoint later = now + std::chrono::hours{1};
  cache.insert(cache.begin_fill(session), {.principal = {.user = user, .session = session, .expires_at = later},
                                           .secret = {},
                                           .valid_until = later,
                                           .profile = {}});
  if (cache.is_active(session, user, now) != true) std::abort();

  const std::string_view announcement{reinterpret_cast<const char*>(bytes), size};
  cache.on_announcement(announcement);
  const bool stayed = cache.is_active(session, user, now).has_value();
  const bool names_another = (announcement.starts_with("session:"sv) || announcement.starts_with("user:"sv)) &&
                             announcement != "session:7"sv && announcement != "user:3"sv;
  if (stayed && !names_another) std::abort();
  return 0;
}
