#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Status;

constexpr std::string_view refreshing_login_of_ada =
    R"({"email":"ada@example.com","password":"analytical engine","refresh":true})";

class RefreshRoutesTest : public ApiFixture {
 protected:
  void SetUp() override { user_ = create("ada@example.com", "analytical engine").id; }

  static boost::json::object object_of(const Reply& reply) { return boost::json::parse(reply.body).as_object(); }
  static std::string text_of(const Reply& reply, std::string_view member) {
    return std::string{object_of(reply).at(member).as_string()};
  }
  Reply refresh(const std::string& token, std::string_view more = "") {
    return post("/user-auth/refresh", R"({"refreshToken":")" + token + "\"" + std::string{more} + "}");
  }

  UserId user_;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, RefreshRoutesTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(RefreshRoutesTest, LoginThatAsks_AlsoAnswersARefreshToken) {
  const Reply reply = post("/user-auth", refreshing_login_of_ada);
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(text_of(reply, "refreshToken").starts_with("gtf_"));
  EXPECT_TRUE(text_of(reply, "tokenExpires").ends_with(".000Z"));
  EXPECT_EQ(object_of(reply).size(), 6u);
}

TEST_P(RefreshRoutesTest, LoginThatDoesNotAsk_AnswersAsBefore) {
  for (const char* refresh : {"", R"(,"refresh":false)", R"(,"refresh":null)"}) {
    const Reply reply =
        post("/user-auth", R"({"email":"ada@example.com","password":"analytical engine")" + std::string{refresh} + "}");
    EXPECT_EQ(object_of(reply).size(), 4u) << refresh;
  }
  const Reply wrong = post("/user-auth", R"({"email":"ada@example.com","password":"x","refresh":"yes"})");
  EXPECT_EQ(wrong.status, Status::bad_request);
  EXPECT_TRUE(wrong.body.contains(R"("field":"refresh")")) << wrong.body;
}

TEST_P(RefreshRoutesTest, Refresh_AnswersTokensAndTheirEnds) {
  const std::string token = text_of(post("/user-auth", refreshing_login_of_ada), "refreshToken");
  const Reply reply = refresh(token, R"(,"attempt":"0123456789abcdef")");
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_TRUE(reply.body.starts_with(R"({"user":{"id":)" + std::to_string(user_.value) + R"(},"token":")"));
  EXPECT_TRUE(reply.body.ends_with(R"(,"sessionExpires":"2025-01-29T10:30:00.000Z"})")) << reply.body;
  EXPECT_EQ(object_of(reply).size(), 5u);
  EXPECT_EQ(refresh(text_of(reply, "refreshToken")).status, Status::ok);
}

TEST_P(RefreshRoutesTest, BodyWithoutAToken_IsRefused) {
  for (const char* body : {"{}", R"({"refreshToken":""})", R"({"refreshToken":null})"}) {
    const Reply reply = post("/user-auth/refresh", body);
    EXPECT_EQ(reply.status, Status::bad_request);
    EXPECT_EQ(reply.body,
              R"({"error":"Refresh token is required","code":"refresh_token_required","details":)"
              R"([{"field":"refreshToken","message":"is required","code":"required"}],"requestId":"test"})");
  }
}

TEST_P(RefreshRoutesTest, AttemptOfAnotherLength_IsRefusedAndUsesNothingUp) {
  const std::string token = text_of(post("/user-auth", refreshing_login_of_ada), "refreshToken");
  const auto attempt = [](std::string_view letter, int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += letter;
    return R"(,"attempt":")" + text + "\"";
  };
  EXPECT_EQ(refresh(token, attempt("x", 15)).body,
            R"({"error":"Validation failed","code":"validation_failed","details":[{"field":"attempt",)"
            R"("message":"must have 16 to 64 characters","code":"too_short"}],"requestId":"test"})");
  EXPECT_TRUE(refresh(token, attempt("x", 65)).body.contains(R"("code":"too_long")"));
  EXPECT_EQ(refresh(token, R"(,"attempt":"")").status, Status::bad_request);
  EXPECT_EQ(refresh(token, R"(,"attempt":7)").status, Status::bad_request);
  EXPECT_EQ(refresh(token, attempt("ä", 64)).status, Status::ok);
  EXPECT_EQ(refresh(token, attempt("x", 16)).status, Status::ok) << "within the grace";
}

TEST_P(RefreshRoutesTest, TokensThatAreNotGood_AreToldApartByTheirCode) {
  EXPECT_EQ(refresh("gtf_x").body, R"({"error":"Invalid refresh token","code":"invalid_refresh","requestId":"test"})");
  const std::string token = text_of(post("/user-auth", refreshing_login_of_ada), "refreshToken");
  const std::string next = text_of(refresh(token), "refreshToken");
  clock_.advance(std::chrono::seconds{31});
  const Reply reused = refresh(token);
  EXPECT_EQ(reused.status, Status::unauthorized);
  EXPECT_EQ(reused.body, R"({"error":"Refresh token was used before","code":"refresh_reused","requestId":"test"})");
  const Reply ended = refresh(next);
  EXPECT_EQ(ended.status, Status::unauthorized);
  EXPECT_EQ(ended.body, R"({"error":"Invalid refresh token","code":"invalid_refresh","requestId":"test"})");
}

}  // namespace
}  // namespace gatehouse::api
