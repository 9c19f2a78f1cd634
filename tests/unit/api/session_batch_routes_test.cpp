#include <gtest/gtest.h>

#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Status;

class SessionBatchRoutesTest : public ApiFixture {
 protected:
  void SetUp() override { create("ada@example.com", "analytical engine"); }

  std::string opened() { return login("ada@example.com", "analytical engine").value().session; }
  Reply verify(const std::string& list) { return post("/user-auth/verify-sessions", R"({"sessions":)" + list + "}"); }
  /// The answer of a single call, as an entry of the list.
  std::string entry_of(const std::string& session) {
    const Reply reply = post("/user-auth/verify-session", R"({"session":")" + session + R"("})");
    const std::string status = std::to_string(std::to_underlying(reply.status));
    std::string body = reply.body.substr(1);
    if (const auto id = body.find(R"(,"requestId":"test")"); id != std::string::npos) body.erase(id, 19);
    return R"({"status":)" + status + "," + body;
  }
  static std::string quoted(const std::string& text) { return '"' + text + '"'; }
};

INSTANTIATE_TEST_SUITE_P(Sqlite, SessionBatchRoutesTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(SessionBatchRoutesTest, EachSession_IsAnsweredAsBySingleCalls) {
  const std::string known = opened();
  const std::string ended = opened();
  const std::string unknown_to_the_cache = opened();
  run(capabilities_.session_ends.log_out(ended, {}));
  verify("[" + quoted(known) + "]");
  const std::string list =
      "[" + quoted(unknown_to_the_cache) + "," + quoted(ended) + "," + quoted(known) + R"(,"garbage",""])";
  const Reply first = verify(list);
  EXPECT_EQ(first.status, Status::ok);
  EXPECT_EQ(first.body, R"({"sessions":[)" + entry_of(unknown_to_the_cache) + "," + entry_of(ended) + "," +
                            entry_of(known) + "," + entry_of("garbage") +
                            R"(,{"status":400,"error":"Session is required","code":"session_required"}]})");
  EXPECT_EQ(verify(list).body, first.body);
}

TEST_P(SessionBatchRoutesTest, ExpiredSession_IsRefusedAlone) {
  const std::string old = opened();
  clock_.advance(std::chrono::days{8});
  const std::string fresh = opened();
  const Reply reply = verify("[" + quoted(old) + "," + quoted(fresh) + "]");
  EXPECT_TRUE(reply.body.starts_with(
      R"({"sessions":[{"status":401,"error":"Session expired","code":"session_expired"},{"status":200,"userId":)"))
      << reply.body;
}

TEST_P(SessionBatchRoutesTest, AHundred_AreTaken_AndNoneIsToo) {
  std::string list = quoted(opened());
  for (int i = 1; i < 100; ++i) list += R"(,"garbage")";
  EXPECT_EQ(verify("[" + list + "]").status, Status::ok);
  EXPECT_EQ(verify("[" + list + R"(,"x"])").body,
            R"({"error":"Validation failed","code":"validation_failed","details":[)"
            R"({"field":"sessions","message":"must have at most 100 entries","code":"too_long"}],"requestId":"test"})");
  EXPECT_EQ(verify("[]").body, R"({"sessions":[]})");
}

TEST_P(SessionBatchRoutesTest, BodyWithoutAList_IsRefused) {
  EXPECT_TRUE(post("/user-auth/verify-sessions", "{}").body.contains(R"("code":"sessions_required")"));
  for (const char* list : {R"("text")", "[1]", "[[]]", "{}"}) {
    const Reply reply = verify(list);
    EXPECT_EQ(reply.status, Status::bad_request);
    EXPECT_TRUE(reply.body.contains(R"("message":"must be a list of strings")")) << reply.body;
  }
}

}  // namespace
}  // namespace gatehouse::api
