#include "api/audit_routes.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Method;
using http::Status;

class AuditRoutesTest : public ApiFixture {
 protected:
  static std::ptrdiff_t count(const std::string& text, std::string_view part) {
    std::ptrdiff_t found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }

  static std::string next_of(const Reply& reply) {
    const auto begin = reply.head.find("Link: <");
    if (begin == std::string::npos) return {};
    return reply.head.substr(begin + 7, reply.head.find('>', begin) - begin - 7);
  }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, AuditRoutesTest, ::testing::Values(testing::sqlite_backend()), testing::backend_name);

TEST_P(AuditRoutesTest, List_ShowsWhatHappened) {
  create("ada@example.com", "analytical engine");
  const Reply reply = get("/audit");
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.body.starts_with(R"({"events":[{"id":1,"type":"user.created","outcome":"ok","reason":null,"at":")"))
      << reply.body;
  EXPECT_TRUE(reply.body.ends_with(
      R"("actor":{"kind":"key","name":"API_KEY"},"userId":1,"sessionId":null,"requestId":"request-1",)"
      R"("ipAddress":"192.0.2.1","userAgent":"test","details":null}]})"))
      << reply.body;
  EXPECT_EQ(next_of(reply), "");
}

TEST_P(AuditRoutesTest, Links_LeadThroughAllThatIsWanted) {
  create("ada@example.com", "analytical engine");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(login("ada@example.com", "wrong"));
  std::string target = "/audit?type=login.failed&limit=2";
  std::vector<std::ptrdiff_t> sizes;
  while (!target.empty()) {
    const Reply reply = get(target);
    ASSERT_EQ(reply.status, Status::ok) << reply.body;
    EXPECT_FALSE(reply.body.contains("user.created"));
    sizes.push_back(count(reply.body, R"("type":"login.failed")"));
    target = next_of(reply);
  }
  EXPECT_EQ(sizes, (std::vector<std::ptrdiff_t>{2, 2, 1}));
}

TEST_P(AuditRoutesTest, Export_IsALineForEachEventOldestFirst) {
  create("ada@example.com", "analytical engine");
  for (int i = 0; i < 300; ++i) {
    commit(audit::AuditStore::record({.type = audit::EventType::logout, .at = clock_.now(), .origin = origin_}));
  }
  clock_.advance(std::chrono::seconds{1});
  const Reply reply = get("/audit/export");
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.head.contains("Content-Type: application/x-ndjson\r\n"));
  EXPECT_EQ(count(reply.body, "}\n"), 301);
  EXPECT_LT(reply.body.find(R"({"id":1,)"), reply.body.find(R"({"id":301,)"));
  const Reply none = get("/audit/export?from=2999-01-01&to=2999-01-02");
  EXPECT_EQ(none.status, Status::ok);
  EXPECT_EQ(count(none.body, "{"), 0);
}

TEST_P(AuditRoutesTest, Refusals_AreAsDescribed) {
  for (const char* target : {"/audit?user=x", "/audit?type=x", "/audit/export?from=x", "/audit?after=x",
                             "/audit/export?user=7", "/audit/export?limit=5"}) {
    const Reply reply = get(target);
    EXPECT_EQ(reply.status, Status::bad_request) << target;
    EXPECT_TRUE(reply.body.contains(R"("code":"validation_failed")")) << reply.body;
  }
  EXPECT_EQ(ask(Method::post, "/audit", "{}").status, Status::method_not_allowed);
}

}  // namespace
}  // namespace gatehouse::api
