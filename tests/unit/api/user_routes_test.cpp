#include <gtest/gtest.h>

#include "unit/api/api_fixture.hpp"

namespace gatehouse::api {
namespace {

using http::Method;
using http::Status;

constexpr std::string_view ada =
    R"({"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com","password":"analytical engine"})";

using UserRoutesTest = ApiFixture;

INSTANTIATE_TEST_SUITE_P(Sqlite, UserRoutesTest, ::testing::Values(testing::sqlite_backend()), testing::backend_name);

std::string user_json(std::string_view id, std::string_view last_name) {
  return R"({"id":)" + std::string{id} + R"(,"first_name":"Ada","last_name":")" + std::string{last_name} +
         R"(","email":"ada@example.com","created_at":"2025-01-22T10:30:00.000Z",)" +
         R"("updated_at":"2025-01-22T10:30:00.000Z"})";
}

TEST_P(UserRoutesTest, UserIsCreatedShownChangedAndRemoved) {
  const Reply created = post("/users", ada);
  EXPECT_EQ(created.status, Status::created);
  EXPECT_EQ(created.body,
            R"({"message":"Ada has been added to the Database","user":)" + user_json("1", "Lovelace") + "}");
  EXPECT_EQ(get("/users/1").body, user_json("1", "Lovelace"));

  const Reply changed = put("/users/1", R"({"last_name":"Byron"})");
  EXPECT_EQ(changed.status, Status::ok);
  EXPECT_EQ(changed.body, R"({"message":"User updated successfully","user":)" + user_json("1", "Byron") + "}");

  EXPECT_EQ(remove("/users/1").body, R"({"message":"User 1 deleted successfully from database"})");
  EXPECT_EQ(get("/users/1").status, Status::not_found);
}

TEST_P(UserRoutesTest, NewPassword_IsTheOneThatLogsIn) {
  (void)post("/users", ada);
  EXPECT_EQ(put("/users/1", R"({"password":"difference engine"})").status, Status::ok);
  EXPECT_TRUE(login("ada@example.com", "difference engine"));
  EXPECT_FALSE(login("ada@example.com", "analytical engine"));
}

TEST_P(UserRoutesTest, List_WithoutParameters_IsStreamedWhole) {
  EXPECT_EQ(get("/users").body, "2\r\n[]\r\n0\r\n\r\n");
  (void)post("/users", ada);
  const Reply list = get("/users");
  EXPECT_TRUE(list.head.contains("Transfer-Encoding: chunked\r\n"));
  EXPECT_TRUE(list.body.contains("[" + user_json("1", "Lovelace") + "]"));
}

TEST_P(UserRoutesTest, Pages_AreLinkedUntilTheLast) {
  for (const char* email : {"a@example.com", "b@example.com", "c@example.com"}) add_user(email);
  const Reply first = get("/users?limit=2");
  EXPECT_TRUE(first.body.contains("c@example.com") && first.body.contains("b@example.com"));
  const std::size_t begin = first.head.find("Link: <") + 7;
  const std::string next = first.head.substr(begin, first.head.find('>', begin) - begin);
  const Reply last = get(next);
  EXPECT_EQ(last.status, Status::ok);
  EXPECT_TRUE(last.body.contains("a@example.com"));
  EXPECT_FALSE(last.body.contains("b@example.com"));
  EXPECT_FALSE(last.head.contains("Link:"));
}

TEST_P(UserRoutesTest, ListByEmail_IsTheOneUserOrEmpty) {
  (void)post("/users", ada);
  add_user("grace@example.com");
  EXPECT_EQ(get("/users?email=ADA%40Example.com").body, "[" + user_json("1", "Lovelace") + "]");
  for (const char* nobody : {"", "ada", "eve%40example.com", "%ff", "a%00b"}) {
    const Reply reply = get(std::string{"/users?email="} + nobody);
    EXPECT_EQ(reply.status, Status::ok) << nobody;
    EXPECT_EQ(reply.body, "[]") << nobody;
  }
}

TEST_P(UserRoutesTest, EmailOfAnother_IsRefused) {
  (void)post("/users", ada);
  add_user("grace@example.com");
  const std::string taken = R"({"error":"Email already exists","code":"email_taken","requestId":"test"})";
  const Reply created = post("/users", ada);
  EXPECT_EQ(created.status, Status::conflict);
  EXPECT_EQ(created.body, taken);
  EXPECT_EQ(put("/users/2", R"({"email":"ADA@example.com"})").body, taken);
}

TEST_P(UserRoutesTest, Refusals_AreAsDescribed) {
  const std::string no_id = R"({"error":"Invalid user ID format","code":"invalid_user_id","requestId":"test"})";
  const std::string nobody = R"({"error":"User not found","code":"user_not_found","requestId":"test"})";
  const std::string no_json = R"({"error":"Invalid JSON format","code":"invalid_json","requestId":"test"})";
  const auto invalid = [](const std::string& field, const std::string& message, const std::string& code) {
    return R"({"error":"Validation failed","code":"validation_failed","details":[{"field":")" + field +
           R"(","message":")" + message + R"(","code":")" + code + R"("}],"requestId":"test"})";
  };
  const std::vector<RefusedRequest> cases{
      {Method::get, "/users?limit=0", "", Status::bad_request,
       invalid("limit", "must be a whole number from 1 to 1000", "out_of_range")},
      {Method::get, "/users?after=x", "", Status::bad_request,
       invalid("after", "must be the cursor from a Link header of this service", "invalid_cursor")},
      {Method::get, "/users/x", "", Status::bad_request, no_id},
      {Method::get, "/users/7", "", Status::not_found, nobody},
      {Method::post, "/users", "{", Status::bad_request, no_json},
      {Method::post, "/users", R"({"first_name":"A","last_name":"B","email":"a@example.com"})", Status::bad_request,
       R"({"error":"Missing required fields: first_name, last_name, email, password","code":"missing_fields",)"
       R"("details":[{"field":"password","message":"is required","code":"required"}],"requestId":"test"})"},
      {Method::post, "/users", R"({"first_name":"A","last_name":"B","email":"a","password":"analytical"})",
       Status::bad_request, invalid("email", "must contain exactly one @", "invalid_email")},
      {Method::post, "/users", R"({"first_name":"A","last_name":"B","email":"a@example.com","password":"x"})",
       Status::bad_request, invalid("password", "must be at least 8 characters long", "too_short")},
      {Method::put, "/users/7", R"({"password":"x"})", Status::bad_request,
       invalid("password", "must be at least 8 characters long", "too_short")},
      {Method::put, "/users/x", "{}", Status::bad_request, no_id},
      {Method::put, "/users/7", "{", Status::bad_request, no_json},
      {Method::put, "/users/7", "{}", Status::not_found, nobody},
      {Method::put, "/users/7", R"({"email":""})", Status::bad_request, invalid("email", "must not be empty", "empty")},
      {Method::delete_, "/users/x", "", Status::bad_request, no_id},
      {Method::delete_, "/users/7", "", Status::not_found, nobody},
  };
  for (const auto& one : cases) {
    const Reply reply = ask(one.method, one.target, one.body);
    EXPECT_EQ(reply.status, one.status) << one.target << one.body;
    EXPECT_EQ(reply.body, one.answer) << one.target << one.body;
  }
}

}  // namespace
}  // namespace gatehouse::api
