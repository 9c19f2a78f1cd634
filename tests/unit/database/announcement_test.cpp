#include "database/announcement.hpp"

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace gatehouse::database {
namespace {

constexpr Topic<SessionId> session{"session"};
constexpr Topic<UserId> user{"user"};

// Replicas of every version write the same text.
TEST(Announcement, Text_IsTopicAndId) {
  EXPECT_EQ(to_text(session.of(SessionId{17})), "session:17");
  EXPECT_EQ(to_text(user.of(UserId{std::int64_t{1} << 40})), "user:1099511627776");
}

TEST(Announcement, Topic_FindsItsOwnIdOnly) {
  const auto announcement = session.of(SessionId{17});
  EXPECT_EQ(session.id_in(announcement), SessionId{17});
  EXPECT_EQ(user.id_in(announcement), std::nullopt);
}

TEST(ReadAnnouncement, WellFormedText_IsReadWhateverItsTopic) {
  EXPECT_EQ(read_announcement("user:3"), (HeardAnnouncement{user.of(UserId{3}), std::nullopt}));
  EXPECT_EQ(read_announcement("client_key:-1"), (HeardAnnouncement{{.topic = "client_key", .id = -1}, std::nullopt}));
}

TEST(ReadAnnouncement, TimeBehindIt_IsWhenItWasSaid) {
  EXPECT_EQ(read_announcement("user:3@1700000000000001"),
            (HeardAnnouncement{user.of(UserId{3}), from_unix_us(1'700'000'000'000'001)}));
}

TEST(ReadAnnouncement, AnyOtherText_IsNone) {
  for (const char* text :
       {"", ":", "session", "session:", ":1", "session:1x", "session: 1", "session:+1", " session:1", "Session:1",
        "session:user:1", "user:1@", "user:1@x", "user:1@2@3", "user@1", "user:99999999999999999999", "schema", "all",
        "a_topic_that_is_longer_than_thirty_two_bytes:1"}) {
    EXPECT_EQ(read_announcement(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace gatehouse::database
