#include <gtest/gtest.h>

#include "base/text.hpp"
#include "sessions/model.hpp"

namespace gatehouse::sessions {
namespace {

TEST(StorableClient, ShortTexts_StayAsTheyAre) {
  const auto client = storable({"2001:db8::1",
                                "Mozilla/5.0 (b\xC3\xBC"
                                "cher)"});
  EXPECT_EQ(client.address, "2001:db8::1");
  EXPECT_EQ(client.user_agent,
            "Mozilla/5.0 (b\xC3\xBC"
            "cher)");
}

TEST(StorableClient, LongTexts_AreCutAtTheirLimits) {
  const auto client = storable({std::string(1000, '1'), std::string(100'000, 'x')});
  EXPECT_EQ(client.address.size(), address_characters_max);
  EXPECT_EQ(client.user_agent.size(), user_agent_characters_max);
}

// 255 bytes were once the limit, which is 85 characters of some scripts.
TEST(StorableClient, LimitOfAText_CountsCharactersAndNotBytes) {
  std::string agent;
  for (std::size_t i = 0; i < user_agent_characters_max; ++i) agent += "\u20AC";
  EXPECT_EQ(storable({"", agent}).user_agent, agent);
  EXPECT_EQ(storable({"", agent + "\U0001F511"}).user_agent, agent);
}

TEST(StorableClient, BytesNoDatabaseTakes_BecomeQuestionMarks) {
  const auto client = storable({std::string("a\0b", 3), "caf\xE9/1.0"});
  EXPECT_EQ(client.address, "a?b");
  EXPECT_EQ(client.user_agent, "caf?/1.0");
}

TEST(SessionJson, Session_HasTheListedFields) {
  SessionInfo session{.id = SessionId{3},
                      .created_at = from_unix_us(1'737'541'800'000'000),
                      .last_seen_at = from_unix_us(1'737'541'801'000'000),
                      .expires_at = from_unix_us(1'737'541'802'000'000),
                      .address = "192.0.2.1",
                      .user_agent = std::nullopt};
  std::string json;
  json::Writer writer{json};
  write_session(writer, session);
  EXPECT_EQ(json,
            "{\"id\":3,\"createdAt\":\"2025-01-22T10:30:00.000Z\",\"lastSeenAt\":\"2025-01-22T10:30:01.000Z\","
            "\"expiresAt\":\"2025-01-22T10:30:02.000Z\",\"ipAddress\":\"192.0.2.1\",\"userAgent\":null}");
}

}  // namespace
}  // namespace gatehouse::sessions
