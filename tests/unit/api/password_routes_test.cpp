#include <gtest/gtest.h>

#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Method;
using http::Status;

class PasswordRoutesTest : public ApiFixture {};

INSTANTIATE_TEST_SUITE_P(Sqlite, PasswordRoutesTest, ::testing::Values(testing::sqlite_backend()),
                         testing::backend_name);

TEST_P(PasswordRoutesTest, Policy_SaysWhatHolds) {
  const Reply reply = get("/user-auth/password-policy");
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.body, R"({"lengthMin":8,"bytesMax":1024,"classesMin":0,"refusesPersonal":true,)"
                        R"("refusesCommon":true,"refusesBreached":false})");
}

TEST_P(PasswordRoutesTest, AGoodPassword_IsAcceptable) {
  const Reply reply = post("/user-auth/check-password", R"({"password":"analytical engine"})");
  EXPECT_EQ(reply.status, Status::ok);
  EXPECT_EQ(reply.body, R"({"acceptable":true})");
}

TEST_P(PasswordRoutesTest, ABadPassword_HasItsCodeAndMessage) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {R"({"password":"football"})",
       R"({"acceptable":false,"code":"common","message":"must not be one of the most common passwords; choose a less usual one"})"},
      {R"({"password":"x"})",
       R"({"acceptable":false,"code":"too_short","message":"must be at least 8 characters long"})"},
      {R"({"password":"countess12","email":"countess@example.com"})",
       R"({"acceptable":false,"code":"personal","message":"must not consist of your name, your email address or the name of this service; choose other words"})"},
  };
  for (const auto& [body, answer] : cases) {
    const Reply reply = post("/user-auth/check-password", body);
    EXPECT_EQ(reply.status, Status::ok);
    EXPECT_EQ(reply.body, answer);
  }
}

TEST_P(PasswordRoutesTest, ABodyWithoutPassword_IsRefused) {
  for (const char* body : {"{}", R"({"password":""})", R"({"password":null,"email":"a@example.com"})"}) {
    const Reply reply = post("/user-auth/check-password", body);
    EXPECT_EQ(reply.status, Status::bad_request);
    EXPECT_EQ(reply.body,
              R"({"error":"Password is required","code":"password_required",)"
              R"("details":[{"field":"password","message":"is required","code":"required"}],"requestId":"test"})");
  }
  EXPECT_EQ(post("/user-auth/check-password", "{").status, Status::bad_request);
  EXPECT_EQ(post("/user-auth/check-password", R"({"password":7})").status, Status::bad_request);
}

}  // namespace
}  // namespace gatehouse::api
