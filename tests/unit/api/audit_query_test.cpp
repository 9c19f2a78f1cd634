#include "api/audit_query.hpp"

#include <gtest/gtest.h>

#include <string>

#include "api/list_query.hpp"
#include "api/page_cursor.hpp"

namespace gatehouse::api {
namespace {

class AuditQueryTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::expected<AuditQuery, FieldErrors> read(std::string_view query) const {
    return parse_audit_query(query, cursor_);
  }

  const SecretString secret_{"a secret of the service's own"};
  const AuditCursor cursor_{secret_};
  crypto::SystemRandom random_;
};

TEST_F(AuditQueryTest, EveryParameter_IsRead) {
  const std::string after = cursor_.write({.at = from_unix_us(5), .id = audit::EventId{6}}, random_);
  const auto query = read(
      "type=login.failed&outcome=refused&actor=the+key%21&user=7&from=2025-01-22&"
      "to=2025-01-22T10:30:00Z&limit=10&after=" +
      after);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->filter.type, "login.failed");
  EXPECT_EQ(query->filter.outcome, "refused");
  EXPECT_EQ(query->filter.actor, "the key!");
  EXPECT_EQ(query->filter.user, UserId{7});
  EXPECT_EQ(query->filter.from, from_unix_us(1'737'504'000'000'000));
  EXPECT_EQ(query->filter.to, from_unix_us(1'737'541'800'000'000));
  EXPECT_EQ(query->limit, 10u);
  EXPECT_EQ(query->after->at, from_unix_us(5));
  EXPECT_EQ(query->after->id, audit::EventId{6});
}

TEST_F(AuditQueryTest, NothingAndUnknownParameters_AskForEverything) {
  for (const char* text : {"", "&", "page=2&sort=at"}) {
    const auto query = read(text);
    ASSERT_TRUE(query) << text;
    EXPECT_FALSE(query->filter.type || query->filter.user || query->filter.from || query->limit || query->after);
  }
}

TEST_F(AuditQueryTest, WrongValues_AreNamed) {
  for (const char* text : {"type=login", "type=", "outcome=fine", "user=x", "user=-1", "user=", "from=yesterday",
                           "to=2025-02-30", "limit=0", "limit=x", "after=", "after=x", "actor=%FF", "actor=%00"}) {
    const auto query = read(text);
    ASSERT_FALSE(query) << text;
    ASSERT_EQ(query.error().size(), 1u) << text;
    EXPECT_TRUE(std::string_view{text}.starts_with(query.error()[0].field)) << text;
  }
  EXPECT_EQ(read("type=x&user=x").error().size(), 2u);
  EXPECT_EQ(read("user=x&user=x&user=x&user=x&user=x&user=x&user=x&user=x&user=x&user=x").error().size(), 8u);
}

TEST_F(AuditQueryTest, RepeatedValue_IsRefused) {
  const auto query = read("user=1&user=2");
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error()[0].code, "duplicate");
}

TEST_F(AuditQueryTest, CursorOfAnotherList_IsRefused) {
  const PageCursor users{secret_};
  const std::string after = users.write({.created_at = from_unix_us(5), .id = UserId{6}}, random_);
  EXPECT_TRUE(users.read(after));
  const auto query = read("after=" + after);
  ASSERT_FALSE(query);
  EXPECT_EQ(query.error()[0].code, "invalid_cursor");
}

TEST_F(AuditQueryTest, NextPage_KeepsTheFilters) {
  EXPECT_EQ(next_page_of("", "abc"), "/audit?after=abc");
  EXPECT_EQ(next_page_of("type=logout&after=old&limit=3", "abc"), "/audit?type=logout&limit=3&after=abc");
  EXPECT_EQ(next_page_of("actor=a%26b+c", "abc"), "/audit?actor=a%26b+c&after=abc");
  EXPECT_EQ(next_page_of("actor=a>b\"", "abc"), "/audit?actor=a%3eb%22&after=abc");
}

}  // namespace
}  // namespace gatehouse::api
