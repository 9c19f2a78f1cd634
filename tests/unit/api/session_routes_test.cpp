#include <gtest/gtest.h>

#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Method;
using http::Status;

class SessionRoutesTest : public ApiFixture {
 protected:
  void SetUp() override { (void)create("ada@example.com", "analytical engine"); }
  void log_in() { EXPECT_TRUE(login("ada@example.com", "analytical engine")); }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, SessionRoutesTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(SessionRoutesTest, List_ShowsWhatIsOpen) {
  EXPECT_EQ(get("/users/1/sessions").body, "[]");
  log_in();
  EXPECT_EQ(get("/users/1/sessions").body,
            R"([{"id":1,"createdAt":"2025-01-22T10:30:00.000Z","lastSeenAt":"2025-01-22T10:30:00.000Z",)"
            R"("expiresAt":"2025-01-29T10:30:00.000Z","ipAddress":"192.0.2.1","userAgent":"test"}])");
}

TEST_P(SessionRoutesTest, EndOne_EndsThatOne) {
  log_in();
  log_in();
  EXPECT_EQ(remove("/sessions/1").body, R"({"message":"Session 1 ended"})");
  const Reply list = get("/users/1/sessions");
  EXPECT_FALSE(list.body.contains(R"("id":1,)"));
  EXPECT_TRUE(list.body.contains(R"("id":2,)"));
}

TEST_P(SessionRoutesTest, EndAll_CountsThem) {
  log_in();
  log_in();
  EXPECT_EQ(remove("/users/1/sessions").body, R"({"message":"All sessions of user 1 ended","count":2})");
  EXPECT_EQ(get("/users/1/sessions").body, "[]");
}

TEST_P(SessionRoutesTest, Refusals_AreAsDescribed) {
  const std::string no_user_id = R"({"error":"Invalid user ID format","code":"invalid_user_id","requestId":"test"})";
  const std::string nobody = R"({"error":"User not found","code":"user_not_found","requestId":"test"})";
  const std::vector<RefusedRequest> cases{
      {Method::get, "/users/x/sessions", "", Status::bad_request, no_user_id},
      {Method::get, "/users/7/sessions", "", Status::not_found, nobody},
      {Method::delete_, "/users/x/sessions", "", Status::bad_request, no_user_id},
      {Method::delete_, "/users/7/sessions", "", Status::not_found, nobody},
      {Method::delete_, "/sessions/x", "", Status::bad_request,
       R"({"error":"Invalid session ID format","code":"invalid_session_id","requestId":"test"})"},
      {Method::delete_, "/sessions/7", "", Status::not_found,
       R"({"error":"Session not found","code":"session_not_found","requestId":"test"})"},
  };
  for (const auto& one : cases) {
    const Reply reply = ask(one.method, one.target, one.body);
    EXPECT_EQ(reply.status, one.status) << one.target;
    EXPECT_EQ(reply.body, one.answer) << one.target;
  }
}

}  // namespace
}  // namespace gatehouse::api
