#include "sessions/session_settings.hpp"

#include <gmock/gmock.h>

#include "support/section_reading.hpp"

namespace gatehouse::sessions {
namespace {

using gatehouse::testing::read_section;
using ::testing::HasSubstr;

TEST(SessionSettings, Values_AreReadInTheirUnits) {
  const auto read = read_section(session_section(), {{"SESSION_TTL", "2h"}, {"SESSION_CACHE_MB", "3"}});
  EXPECT_EQ(read.settings.ttl, std::chrono::hours{2});
  EXPECT_EQ(read.settings.cache_bytes, 3U << 20U);
  EXPECT_EQ(read_section(session_section(), {{"REFRESH_GRACE", "0"}}).settings.refresh_grace, std::chrono::seconds{0});
}

TEST(SessionSettings, AbsoluteLifetimeBelowIdle_IsRefused) {
  EXPECT_THAT(read_section(session_section(), {{"SESSION_ABSOLUTE_TTL", "6d"}}).mistakes(),
              HasSubstr("SESSION_ABSOLUTE_TTL: is shorter than SESSION_TTL"));
  EXPECT_EQ(read_section(session_section(), {{"SESSION_ABSOLUTE_TTL", "7d"}}).mistakes(), "");
}

}  // namespace
}  // namespace gatehouse::sessions
