#include "audit/event.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gatehouse::audit {
namespace {

std::string json_of(const StoredEvent& event) {
  std::string json;
  json::Writer writer{json};
  write_event(writer, event);
  return json;
}

TEST(EventTest, EachType_HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < event_type_count; ++i) names.insert(to_text(static_cast<EventType>(i)));
  EXPECT_EQ(names.size(), event_type_count);
  EXPECT_EQ(to_text(EventType::user_created), "user.created");
  EXPECT_EQ(to_text(EventType::password_changed), "password.changed");
  EXPECT_EQ(to_text(EventType::key_refused), "key.refused");
  EXPECT_EQ(to_text(EventType::service_stopped), "service.stopped");
  for (const auto name : names) EXPECT_TRUE(is_event_type(name));
  for (const char* other : {"", "user", "user.", "User.created", "user.created "}) EXPECT_FALSE(is_event_type(other));
}

TEST(EventTest, Outcomes_AreKnownByTheirNames) {
  EXPECT_EQ(to_text(Outcome::ok), "ok");
  EXPECT_EQ(to_text(Outcome::refused), "refused");
  EXPECT_EQ(to_text(Outcome::error), "error");
  EXPECT_TRUE(is_outcome("error"));
  EXPECT_FALSE(is_outcome("fine"));
}

TEST(EventTest, Kinds_HaveTheirNames) {
  EXPECT_EQ(to_text(ActorKind::key), "key");
  EXPECT_EQ(to_text(ActorKind::user), "user");
  EXPECT_EQ(to_text(ActorKind::cli), "cli");
  EXPECT_EQ(to_text(ActorKind::system), "system");
}

TEST(EventTest, Json_HasEveryMember) {
  EXPECT_EQ(json_of({.id = EventId{5},
                     .at = from_unix_us(1737541800000000),
                     .type = "user.updated",
                     .outcome = "ok",
                     .reason = std::nullopt,
                     .actor_kind = "key",
                     .actor = "API_KEY",
                     .user = UserId{7},
                     .session = SessionId{9},
                     .request_id = "r-1",
                     .address = "192.0.2.1",
                     .user_agent = "a \"browser\"",
                     .details = R"({"fields":["email"]})"}),
            R"({"id":5,"type":"user.updated","outcome":"ok","reason":null,"at":"2025-01-22T10:30:00.000Z",)"
            R"("actor":{"kind":"key","name":"API_KEY"},"userId":7,"sessionId":9,"requestId":"r-1",)"
            R"("ipAddress":"192.0.2.1","userAgent":"a \"browser\"","details":{"fields":["email"]}})");
}

TEST(EventTest, WhatIsNotThere_IsNull) {
  EXPECT_EQ(json_of({.id = EventId{1},
                     .at = from_unix_us(0),
                     .type = "login.failed",
                     .outcome = "refused",
                     .reason = "unknown_user",
                     .actor_kind = "system",
                     .actor = {},
                     .user = {},
                     .session = {},
                     .request_id = {},
                     .address = {},
                     .user_agent = {},
                     .details = {}}),
            R"({"id":1,"type":"login.failed","outcome":"refused","reason":"unknown_user",)"
            R"("at":"1970-01-01T00:00:00.000Z","actor":{"kind":"system","name":null},"userId":null,)"
            R"("sessionId":null,"requestId":null,"ipAddress":null,"userAgent":null,"details":null})");
}

}  // namespace
}  // namespace gatehouse::audit
