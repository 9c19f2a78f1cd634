// Announcements of a change feed: a session stays in the cache if and only if the announcement is well-formed and names
// neither it nor its user.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "database/observers.hpp"
#include "sessions/session_cache.hpp"
#include "sessions/topics.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace gatehouse;
  constexpr SessionId session{7};
  constexpr UserId user{3};
  constexpr TimePoint now = from_unix_us(1'000'000);

  const SystemBootClock clock;
  sessions::SessionCache cache{1 << 20, clock};
  cache.on_feed_proved(BootTime::max());
  const TimePoint later = now + std::chrono::hours{1};
  cache.insert(cache.begin_fill(session), {.principal = {.user = user, .session = session, .expires_at = later},
                                           .secret = {},
                                           .valid_until = later,
                                           .profile = {}});
  if (cache.is_active({.id = session, .user = user, .mark = {}}, now) != true) std::abort();

  database::Observers observers;
  observers.add(cache);
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  observers.hear(text);
  const bool stayed = cache.is_active({.id = session, .user = user, .mark = {}}, now).has_value();
  const auto heard = database::read_announcement(text);
  const bool is_about_it = !heard || sessions::session_topic.id_in(heard->announcement) == session ||
                           sessions::user_topic.id_in(heard->announcement) == user;
  if (stayed == is_about_it) std::abort();
  return 0;
}
